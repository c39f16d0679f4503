package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a small module to a temporary folder and goes there: go test is started
// in it for real.
func module(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module sample\n\ngo 1.26.0\n"
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

const passing = `package a
import "testing"
func TestOne(t *testing.T) { t.Log("quiet when it passes") }
func TestRows(t *testing.T) {
	t.Run("first", func(*testing.T) {})
	t.Run("second", func(*testing.T) {})
}
`

func TestGoTestIsCountedAndExplained(t *testing.T) {
	for _, tt := range []struct {
		name   string
		files  map[string]string
		ok     bool
		last   string
		want   []string
		absent []string
	}{
		{
			"everything passes, sub-tests count",
			map[string]string{"a/a_test.go": passing},
			true, "4 passed, 0 failed",
			[]string{"ok    sample/a"},
			[]string{"quiet when it passes"},
		},
		{
			"a failure is shown with its output",
			map[string]string{
				"a/a_test.go": passing,
				"b/b_test.go": "package b\nimport \"testing\"\nfunc TestBroken(t *testing.T) { t.Error(\"got 1, want 2\") }\n",
			},
			false, "4 passed, 1 failed",
			[]string{"FAIL  sample/b", "got 1, want 2", "ok    sample/a"},
			[]string{"quiet when it passes"},
		},
		{
			"a package that does not build is one failure",
			map[string]string{"a/a_test.go": passing, "b/b_test.go": "package b\nvar x int = \"text\"\n"},
			false, "4 passed, 1 failed",
			[]string{"FAIL  sample/b", "b_test.go:2"},
			nil,
		},
		{
			"a process that dies is a failure that says why",
			map[string]string{"b/b_test.go": "package b\nimport \"testing\"\nfunc TestDies(*testing.T) { panic(\"out of luck\") }\n"},
			false, "0 passed, 1 failed",
			[]string{"FAIL  sample/b", "out of luck"},
			nil,
		},
		{
			"a skipped test is named apart",
			map[string]string{"b/b_test.go": "package b\nimport \"testing\"\nfunc TestLater(t *testing.T) { t." + "Skip() }\n"},
			true, "0 passed, 0 failed",
			[]string{"1 skipped"},
			nil,
		},
		{
			"a folder without tests says so",
			map[string]string{"b/b.go": "package b\n", "a/a_test.go": passing},
			true, "4 passed, 0 failed",
			[]string{"sample/b", "no tests"},
			nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			module(t, tt.files)
			var out strings.Builder
			ok, err := run(context.Background(), &out, []string{"./..."})
			if err != nil || ok != tt.ok {
				t.Errorf("got %v, %v, want %v, no error", ok, err, tt.ok)
			}
			lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
			if last := lines[len(lines)-1]; last != tt.last {
				t.Errorf("got last line %q, want %q", last, tt.last)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("got\n%s\nwant it to contain %q", &out, want)
				}
			}
			for _, absent := range tt.absent {
				if strings.Contains(out.String(), absent) {
					t.Errorf("got\n%s\nwant it without %q", &out, absent)
				}
			}
		})
	}
}

func TestGoTestThatCannotStartIsAnError(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var out strings.Builder
	if ok, err := run(context.Background(), &out, []string{"./..."}); ok || err == nil {
		t.Errorf("got %v, %v, want false and an error", ok, err)
	}
}

func TestAnUnknownPackageFails(t *testing.T) {
	module(t, map[string]string{"a/a_test.go": passing})
	var out strings.Builder
	if ok, _ := run(context.Background(), &out, []string{"./nowhere"}); ok {
		t.Errorf("got success, want failure; output:\n%s", &out)
	}
}

func TestLinesThatAreNoEventsPassThrough(t *testing.T) {
	var out strings.Builder
	count := NewCount(&out)
	if err := count.Read(strings.NewReader("go: downloading something\n")); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "go: downloading something\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
