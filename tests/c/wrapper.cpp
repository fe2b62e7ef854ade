// The C++ wrapper: what it gives, what it throws, and that handles move and free themselves (valgrind counts).
#include <chartguard.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace cg = chartguard;
using namespace std::literals;

static int checks = 0;
#define CHECK(condition)                                                      \
  do {                                                                        \
    checks++;                                                                 \
    if (!(condition)) {                                                       \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::exit(1);                                                           \
    }                                                                         \
  } while (0)

template <typename Call>
static cg_status status_of(Call call) {
  try {
    call();
  } catch (const cg::error &error) {
    CHECK(std::strlen(error.what()) > 0 && !std::strstr(error.what(), "Quackenbush"));
    return error.status();
  }
  return CG_STATUS_OK;
}

static bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

struct tired {};

static constexpr auto KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"sv;
static constexpr auto NO_MODEL = R"({"model": "none"})"sv;
static constexpr auto NOTE = "SSN 219-09-9999, seen 03/14/2024"sv;

template <typename T>
constexpr bool moves_only = std::is_nothrow_move_constructible_v<T> && !std::is_copy_constructible_v<T>;
static_assert(moves_only<cg::scrubber> && moves_only<cg::scrubbed> && moves_only<cg::message> && moves_only<cg::model> &&
              moves_only<cg::rubric> && moves_only<cg::scorer> && moves_only<cg::report> && moves_only<cg::vault> && moves_only<cg::stream> &&
              moves_only<cg::audit> && moves_only<cg::access> && moves_only<cg::restored> && moves_only<cg::bytes>);

static void scrubbing() {
  cg::scrubber made(NO_MODEL);
  cg::scrubber scrubber = std::move(made);
  CHECK(!made.get() && scrubber.get());
  CHECK(status_of([&] { made.scrub(NOTE); }) == CG_STATUS_ARGUMENT);

  cg::scrubbed scrubbed = scrubber.scrub(NOTE);
  CHECK(scrubbed.text() == "SSN [SSN], seen [DATE]" && scrubbed.size() == 2);
  cg::finding first = scrubbed[0];
  CHECK(first.category == CG_CATEGORY_SSN && NOTE.substr(first.start, first.end - first.start) == "219-09-9999");
  CHECK(scrubbed.text().substr(first.output_start, first.output_end - first.output_start) == "[SSN]" && first.action == "tag");
  CHECK(scrubbed.findings().size() == 2 && contains(scrubbed.findings_json(), "\"ssn\"") && contains(scrubbed.explained_json(), "reasons"));
  try {
    scrubbed[2];
    CHECK(!"an index past the end");
  } catch (const std::out_of_range &) {
  }
  CHECK(scrubber.scrub({}).text().empty());
  CHECK(scrubber.scrub_with(NOTE, R"({"date": "2024-03-14"})").size() == 2);
  CHECK(scrubber.scrub_for("achterburg, roz", R"({"names": ["Rosalind Achterberg"]})").text() == "[NAME]");
  try {
    scrubber.scrub("Quackenbush \xff");
    CHECK(!"not UTF-8");
  } catch (const cg::error &error) {
    CHECK(error.status() == CG_STATUS_INPUT && error.byte() == 12u && !contains(error.what(), "Quackenbush"));
    CHECK(error.location() == "byte 12" && !error.line() && !error.column());
  }
  try {
    cg::rubric::from_yaml("rubric: r\ntitel: R\n");
    CHECK(!"a key that there is not");
  } catch (const cg::error &error) {
    const cg::error copy = error;
    CHECK(copy.status() == CG_STATUS_RUBRIC && copy.location() == "line 2, column 1" && copy.line() == 2u && copy.column() == 1u && !copy.byte());
    CHECK(contains(copy.what(), "line 2, column 1: ") && contains(copy.what(), "`title`"));
  }
  CHECK(status_of([] { cg::scrubber(R"({"polcy": 1})"); }) == CG_STATUS_CONFIG);
  CHECK(status_of([] { cg::model("/no/such/model"); }) != CG_STATUS_OK);
  cg::model model("tests/models/tiny-tagger");
  CHECK(!contains(cg::scrubber({}, model).scrub(NOTE).text(), "219-09-9999"));

  cg::message message = scrubber.scrub_message("MSH|^~\\&|A||||20240314||ADT^A01|7|P|2.5\rPID|1||4471203||ACHTERBERG\r");
  CHECK(message.format() == "hl7" && contains(message.bytes(), "[NAME]") && contains(message.findings_json(), "PID-5"));
  CHECK(status_of([&] { scrubber.scrub_message("Quackenbush", "hl8"); }) == CG_STATUS_CONFIG);

  CHECK(contains(scrubber.find(NOTE).view(), "\"ssn\"") && contains(scrubber.find("achterburg", R"({"names": ["Rosalind Achterberg"]})").view(), "patient"));
  cg::batch batch = scrubber.scrub_batch({NOTE, "Quackenbush \xff", {}}, 2);
  CHECK(batch.size() == 3 && batch[0].text() == "SSN [SSN], seen [DATE]" && batch[2].text().empty());
  CHECK(status_of([&] { batch[1]; }) == CG_STATUS_INPUT);
  cg::batch known = scrubber.scrub_batch({"achterburg"}, 1, {R"({"patient": {"names": ["Achterberg"]}})"});
  CHECK(known[0].text() == "[NAME]");
  CHECK(status_of([&] { scrubber.scrub_batch({NOTE}, 1, {{}, {}}); }) == CG_STATUS_ARGUMENT);

  // One scrubber, many threads.
  std::vector<std::thread> threads;
  std::vector<int> right(8);
  for (int &one : right) threads.emplace_back([&] { one = scrubber.scrub(NOTE).text() == "SSN [SSN], seen [DATE]"; });
  for (std::thread &thread : threads) thread.join();
  for (int one : right) CHECK(one);
}

static void keeping() {
  cg::scrubber scrubber(R"({"model": "none", "key": ")" + std::string(KEY) +
                        R"(", "policy": {"categories": {"ssn": {"operator": "fpe"}}}})");
  cg::scrubbed scrubbed = scrubber.scrub("SSN 219-09-9999");
  CHECK(!contains(scrubbed.text(), "219-09-9999"));
  cg::restored back = cg::restore(scrubbed.text(), KEY);
  CHECK(back.text() == "SSN 219-09-9999");
  CHECK(status_of([&] { cg::restore(scrubbed.text().substr(1), KEY); }) == CG_STATUS_TAMPERED);
}

static void streams() {
  std::optional<cg::scrubber> scrubber(std::in_place, NO_MODEL);
  cg::stream stream = scrubber->stream(R"({"patient": {"names": ["Rosalind Achterberg"]}})", 256);
  CHECK(status_of([&] { scrubber->stream({}, 3); }) == CG_STATUS_CONFIG);
  scrubber.reset();
  std::string left;
  for (std::string_view piece : {"achter"sv, "berg called, \xc3"sv, "\xa9. "sv}) left += stream.push(piece).text();
  cg::scrubbed rest = stream.finish();
  left += rest.text();
  CHECK(left == "[NAME] called, \xc3\xa9. " && rest.size() == 1 && rest[0].end == 10);
  CHECK(status_of([&] { stream.push("more"); }) == CG_STATUS_INPUT);
}

static void models() {
  const std::string text = "Patient Tanel Brimos walked 40 feet without help.";
  const cg::model labels_words("tests/models/tiny-tagger");
  CHECK(contains(cg::tagger(labels_words).tag(text).view(), "\"label\""));
  CHECK(status_of([&] { cg::classifier{labels_words}; }) == CG_STATUS_MODEL);
  const cg::classifier classifier(cg::model("tests/models/tiny-classifier"));
  CHECK(contains(classifier.classify(text).view(), "\"discharge\"") && contains(classifier.labels(text).view(), "\"score\""));
  const cg::embedder embedder(cg::model("tests/models/tiny-embedder"));
  const auto vector = embedder.embed(text);
  CHECK(vector.size() > 4 && std::fabs(vector[0] - 0.36332f) < 1e-3f);
  const cg::pair_scorer pairs(cg::model("tests/models/tiny-pair"));
  const double score = pairs.score(text, text);
  CHECK(score > 0 && score < 1);

  const cg::rubric rubric = cg::rubric::from_yaml(
      "{rubric: r, version: 1.0.0, title: R, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, message: m, "
      "requires: {similarity: {to: ['" + text + "'], at_least: 0.999}}}]}");
  const cg::scorer bare(rubric);
  CHECK(contains(bare.score(text).json(), "not_assessable") && contains(bare.with_embedder(embedder).score(text).json(), "\"met\""));
  CHECK(contains(bare.with_classifier(classifier, "kind").with_document_classifier(classifier).score(text).json(), "not_assessable"));

  const std::string folder = "/tmp/chartguard-wrapper-search";
  CHECK(std::system(("rm -rf " + folder).c_str()) == 0);
  cg::search search(folder, "north", R"({"keep_text": true})", &embedder);
  search.add("n1", text);
  search.replace("n2", "Shoulder is stiff.");
  CHECK(contains(search.query("walked", 1).view(), "\"document\":\"n1\""));
  search.save();
  CHECK(cg::search(folder, "north", {}, &embedder).ids_json().view() == "[\"n1\",\"n2\"]");
  CHECK(status_of([&] { cg::search(folder, "north"); }) == CG_STATUS_MODEL);
  search.erase("n2");
  CHECK(status_of([&] { search.erase("n2"); }) == CG_STATUS_INPUT);
  CHECK(std::system(("rm -rf " + folder).c_str()) == 0);
}

static void registries() {
  const std::string folder = "/tmp/chartguard-wrapper-registry";
  CHECK(std::system(("rm -rf " + folder + " && mkdir " + folder).c_str()) == 0);
  CHECK(status_of([] { cg::registry("/no/such/registry"); }) == CG_STATUS_CONFIG);
  cg::registry registry(folder, R"({"memory": 1000000000})");
  registry.add("tagger", "1", "tests/models/tiny-tagger");
  registry.activate("tagger", "1");
  registry.add("tagger", "2", "tests/models/tiny-tagger-bytes");
  registry.activate("tagger", "2");
  registry.rollback("tagger");
  CHECK(!contains(cg::scrubber({}, registry.load("tagger")).scrub(NOTE).text(), "219-09-9999"));
  CHECK(status_of([&] { registry.remove("tagger", "2"); }) == CG_STATUS_CONFIG);
  registry.add("tagger", "3", "tests/models/tiny-tagger");
  registry.remove("tagger", "3");
  CHECK(status_of([&] { registry.load("tagger@3"); }) == CG_STATUS_CONFIG);
  CHECK(contains(registry.status_json().view(), R"("calls":1,)"));
}

static void vaults() {
  cg::scrubber scrubber(NO_MODEL);
  const std::string log = "/tmp/chartguard-wrapper.jsonl", file = "/tmp/chartguard-wrapper.vault";
  std::remove(log.c_str());
  std::remove(file.c_str());
  const cg::call by{"2024-03-14T09:26:53Z", "u-17"};
  {
    cg::audit audit(log, "sixteen bytes at least");
    cg::vault vault = cg::vault::open(file, KEY);
    cg::scrubbed kept = scrubber.scrub_into(NOTE, R"({"document_id": "1"})", vault, &audit, by);
    CHECK(vault.restore(kept.text(), "1").text() == NOTE);
    const std::string rtf = "{\\rtf1 PT treatment note. Gait training 15 min. SSN 219-{\\b 09}-9999.}";
    cg::message message = scrubber.scrub_message_into(rtf, vault, "rtf");
    CHECK(!contains(message.bytes(), "9999") && vault.restore_message(message.bytes()).view() == rtf);
    cg::report report = cg::scorer(cg::rubric::builtin("medicare-outpatient-therapy")).score_message(rtf);
    CHECK(contains(report.json(), "\"path\":\"rtf\"") && report.score().has_value());
    CHECK(contains(vault.records_json().view(), "\"pieces\":2"));
    CHECK(scrubber.scrub_audited(NOTE, {}, audit, by).size() == 2);
    CHECK(status_of([&] { vault.restore("Quackenbush"); }) == CG_STATUS_TAMPERED);
    cg::bytes stored = vault.to_bytes();
    CHECK(cg::vault::from_bytes(stored.view(), KEY).restore(kept.text()).text() == NOTE);
    cg::access access = cg::access::from_yaml(R"({"roles": {"officer": ["restore"]},
      "grants": [{"actor": "u-17", "role": "officer", "by": "u-1", "at": "2024-01-08T09:00:00Z"}]})");
    CHECK(scrubber.scrub_message_audited("MSH|^~\\&|A\r", audit, by, "hl7").format() == "hl7");
    CHECK(contains(audit.head_json().view(), "\"records\":3"));
    access.require("restore", by, &audit);
    CHECK(status_of([&] { access.require("restore", {by.now, "u-23"}); }) == CG_STATUS_ACCESS);
  }
  CHECK(contains(cg::audit::verify(log, "sixteen bytes at least").view(), "\"torn\":0"));
  // A call is stopped by its token, or by its time; who has another token, or none, goes on.
  cg::cancel stop, late = cg::cancel::after(std::chrono::hours(1));
  stop.set();
  CHECK(stop.is_set() && !late.is_set());
  CHECK(status_of([&] { scrubber.until(stop).scrub(NOTE); }) == CG_STATUS_CANCELLED);
  CHECK(scrubber.until(late).scrub(NOTE).size() == 2);
  {
    cg::scorer judging(cg::rubric::builtin("medicare-outpatient-therapy"), [](auto, auto) { return cg::answer{}; });
    CHECK(status_of([&] { judging.until(stop).score(NOTE); }) == CG_STATUS_CANCELLED);
    CHECK(judging.until(late).score(NOTE).json() == judging.score(NOTE).json());
    CHECK(status_of([&] { cg::analyzer(scrubber, judging).until(stop).analyze(NOTE); }) == CG_STATUS_CANCELLED);
  }
  // A log of one's own goes on from its last record; what cannot be kept has no output, and what the function throws comes out.
  std::vector<std::string> kept;
  {
    cg::audit handed([&](std::string_view record) { kept.emplace_back(record); });
    cg::audit moved = std::move(handed);
    scrubber.scrub_audited(NOTE, {}, moved, by);
  }
  cg::audit further([&](std::string_view record) { kept.emplace_back(record); }, kept.back());
  scrubber.scrub_audited(NOTE, {}, further, by);
  CHECK(kept.size() == 2 && contains(kept[1], "\"seq\":2") && !contains(kept[0], "219-09"));
  cg::audit full([](std::string_view) { throw tired{}; });
  bool caught = false;
  try {
    scrubber.scrub_audited(NOTE, {}, full, by);
  } catch (const tired &) {
    caught = true;
  }
  CHECK(caught);
  CHECK(contains(cg::vault::read(file, KEY).records_json().view(), "hash"));
  std::remove(log.c_str());
  std::remove(file.c_str());
}

static void scoring() {
  cg::scorer scorer(cg::rubric::builtin("medicare-outpatient-therapy"));
  const auto note = "PT treatment note. Gait training 15 min. Total treatment time: 15 minutes."sv;
  cg::report report = scorer.score(note, R"({"doc_type": "treatment_note", "discipline": "pt"})");
  CHECK(report.score() && *report.score() >= 0 && *report.score() <= 1 && contains(report.json(), "tx.total-minutes"));
  CHECK(contains(cg::units(R"({"97110": 33, "97140": 7})").json(), "\"units\":3"));
  CHECK(!cg::units(R"({"97110": 33})").score());
  CHECK(contains(cg::facts(note).json(), "\"minutes\":15") && !cg::facts(note).score());
  CHECK(contains(scorer.score_episode(R"([{"text": "PT treatment note", "date": "2024-03-14"}])").json(), "\"notes\""));
  CHECK(status_of([] { cg::rubric::builtin("medicare"); }) == CG_STATUS_RUBRIC);
  CHECK(contains(cg::rubric::builtin_ids_json(), "medicare-outpatient-therapy") && contains(cg::rubric::schema_json(), "criteria"));
  CHECK(contains(cg::policy_schema_json(), "categories") && contains(cg::report::schema_json(), "chartguard report"));
  CHECK(contains(cg::policy_builtin_ids_json(), "\"safe-harbor\""));
  CHECK(contains(cg::rubric::builtin("medicare-outpatient-therapy").reference_json(), "\"version\""));
  const std::string message = "MSH|^~\\&|A||||20240314||ORU^R01|7|P|2.5\rOBX|1|TX|1^N^LN||" + std::string(note) + " SSN 219-09-9999.\r";
  CHECK(contains(scorer.score_message(message).json(), "OBX-5"));

  cg::analyzer analyzer(cg::scrubber(NO_MODEL), scorer);
  cg::outcome outcome = analyzer.analyze("Achterburg: " + std::string(note), R"({"patient": {"names": ["Rosalind Achterberg"]}})", R"({"discipline": "pt"})");
  CHECK(outcome.scrubbed().text().substr(0, 6) == "[NAME]" && contains(outcome.report().json(), "evidence"));
  CHECK(outcome.report().score() == outcome.scrubbed_report().score() && outcome.report().json() != outcome.scrubbed_report().json());

  auto judged = cg::rubric::from_yaml(
      "{rubric: asks, version: 1.0.0, title: Asks, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, "
      "message: m, requires: {judge: {question: Is it calm?}}}]}");
  int asked = 0;
  cg::scorer asking(judged, [&](std::string_view question, std::string_view text) {
    asked += question == "Is it calm?" && !text.empty();
    return cg::answer{true, 0.9};
  });
  cg::scorer moved = std::move(asking);
  CHECK(contains(moved.score(note).json(), "\"met\"") && asked == 1);
  // What a judge throws comes out here, and not through C.
  cg::scorer throwing(judged, [](std::string_view, std::string_view) -> cg::answer { throw tired{}; });
  bool caught = false;
  try {
    throwing.score(note);
  } catch (const tired &) {
    caught = true;
  }
  CHECK(caught && contains(moved.score(note).json(), "\"met\""));
}

static void logging() {
  std::vector<std::string> told;
  cg::set_log([&](cg_status status, std::string_view function, std::string_view message) {
    told.push_back(std::to_string(status) + " " + std::string(function) + " " + std::string(message));
    throw tired{};
  });
  CHECK(status_of([] { cg::scrubber(NO_MODEL).scrub("Quackenbush \xff"); }) == CG_STATUS_INPUT);
  CHECK(told.size() == 1 && told[0] == "2 cg_scrubber_scrub byte 12: the text is not UTF-8");
  cg::set_log([](cg_status, std::string_view, std::string_view) { cg::set_log(nullptr); });
  CHECK(status_of([] { cg::scrubber(R"({"polcy": 1})"); }) == CG_STATUS_CONFIG);
  CHECK(status_of([] { cg::scrubber(R"({"polcy": 1})"); }) == CG_STATUS_CONFIG);
  CHECK(told.size() == 1);
}

int main() {
  cg::require_abi();
  CHECK(cg::version().size() >= 5);
  scrubbing();
  keeping();
  registries();
  models();
  streams();
  vaults();
  scoring();
  logging();
  std::printf("C++ wrapper: %d checks passed\n", checks);
}
