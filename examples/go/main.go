// Scrubs a note and scores its documentation, through cgo: it prints the scrubbed text, the findings and the report.
//
//	PKG_CONFIG_PATH=PREFIX/lib/pkgconfig go build && ./chartguard-example NOTE
package main

/*
#cgo pkg-config: chartguard
#include <chartguard.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"
)

// Error says why a call gave no result. It holds no text of a note.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("status %d: %s", e.Status, e.Message) }

// check turns a status and its details, which it frees, into an error.
func check(status C.cg_status, err *C.cg_error) error {
	if status == C.CG_STATUS_OK {
		return nil
	}
	defer C.cg_error_free(err)
	return &Error{int(status), text(C.cg_error_message(err))}
}

// text copies what is borrowed.
func text(s C.cg_str) string {
	if s.len == 0 {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(s.ptr)), int(s.len)))
}

// given lends a Go text for the length of a call; the library keeps none.
func given(s string) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s))), C.size_t(len(s))
}

// Analyzer scrubs and scores notes. Any number of goroutines may use it; Close frees it.
type Analyzer struct{ handle *C.cg_analyzer }

// NewAnalyzer builds one from a scrubber's configuration and the id of a rubric.
func NewAnalyzer(config, rubricID string) (*Analyzer, error) {
	var err *C.cg_error
	var scrubber *C.cg_scrubber
	ptr, n := given(config)
	if e := check(C.cg_scrubber_new(ptr, n, &scrubber, &err), err); e != nil {
		return nil, e
	}
	defer C.cg_scrubber_free(scrubber)
	var rubric *C.cg_rubric
	ptr, n = given(rubricID)
	if e := check(C.cg_rubric_builtin(ptr, n, &rubric, &err), err); e != nil {
		return nil, e
	}
	defer C.cg_rubric_free(rubric)
	var scorer *C.cg_scorer
	if e := check(C.cg_scorer_new(rubric, &scorer, &err), err); e != nil {
		return nil, e
	}
	defer C.cg_scorer_free(scorer)
	out := &Analyzer{}
	if e := check(C.cg_analyzer_new(scrubber, scorer, &out.handle, &err), err); e != nil {
		return nil, e
	}
	return out, nil
}

// Close frees the analyzer.
func (a *Analyzer) Close() {
	C.cg_analyzer_free(a.handle)
	a.handle = nil
}

// Analyze scrubs and scores a note.
func (a *Analyzer) Analyze(note string) (scrubbed, findings, report string, _ error) {
	var err *C.cg_error
	var outcome *C.cg_outcome
	ptr, n := given(note)
	status := C.cg_analyzer_analyze(a.handle, ptr, n, nil, 0, nil, 0, &outcome, &err)
	runtime.KeepAlive(note)
	if e := check(status, err); e != nil {
		return "", "", "", e
	}
	defer C.cg_outcome_free(outcome)
	out := C.cg_outcome_scrubbed(outcome)
	return text(C.cg_scrubbed_text(out)), text(C.cg_scrubbed_findings_json(out)), text(C.cg_report_json(C.cg_outcome_report(outcome))), nil
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: %s NOTE", os.Args[0])
	}
	if C.cg_abi_version() != C.CG_ABI_VERSION {
		return fmt.Errorf("the library has another binary interface than its header")
	}
	note, err := os.ReadFile(os.Args[1])
	if err != nil {
		return err
	}
	analyzer, err := NewAnalyzer(`{"policy": "safe-harbor"}`, "medicare-outpatient-therapy")
	if err != nil {
		return err
	}
	defer analyzer.Close()
	scrubbed, findings, report, err := analyzer.Analyze(string(note))
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%s\n%s\n", scrubbed, findings, report)
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
