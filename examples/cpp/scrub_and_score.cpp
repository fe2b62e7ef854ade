// Scrubs a note and scores its documentation: scrub_and_score NOTE
#include <chartguard.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " NOTE\n";
    return 2;
  }
  try {
    chartguard::require_abi();
    std::ifstream file(argv[1], std::ios::binary);
    if (!file) throw std::runtime_error(std::string("cannot read ") + argv[1]);
    const std::string note{std::istreambuf_iterator<char>(file), {}};

    // Built once; a real program shares them between its threads.
    const chartguard::scrubber scrubber(R"({"policy": "safe-harbor"})");
    const chartguard::scorer scorer(chartguard::rubric::builtin("medicare-outpatient-therapy"));

    const chartguard::scrubbed scrubbed = scrubber.scrub(note);
    std::cout << scrubbed.text() << "\n" << scrubbed.size() << " removals:\n";
    for (const chartguard::finding &finding : scrubbed.findings())
      std::cout << "  bytes " << finding.start << " to " << finding.end << " by " << finding.detector << "\n";
    const chartguard::report report = scorer.score(note);
    if (auto score = report.score()) std::cout << "documentation score: " << *score << "\n";
    return 0;
  } catch (const std::exception &error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
