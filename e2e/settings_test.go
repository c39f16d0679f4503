package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Everything that is wrong with the settings is named at once, by the name it was
// given under; the exit code says that the call was wrong.
func TestWrongSettingsAreAllNamedAtOnce(t *testing.T) {
	t.Parallel()
	file := write(t, "bell.yaml", "colour: red\nshape: round\nlog_level: warn\n")
	for _, c := range []struct {
		name     string
		settings []string
		args     []string
		says     []string
	}{
		{"unknown in the environment", []string{"TICKETBELL_FOO=1", "TICKETBELL_BAR=1"}, []string{"serve"}, []string{"TICKETBELL_FOO", "TICKETBELL_BAR"}},
		{"unknown flags", nil, []string{"serve", "--foo", "--bar=1"}, []string{"--foo", "--bar"}},
		{"unknown in the file", nil, []string{"serve", "--config", file}, []string{"colour", "shape"}},
		{"from everywhere", []string{"TICKETBELL_FOO=1"}, []string{"serve", "--config", file, "--bar"}, []string{"TICKETBELL_FOO", "colour", "shape", "--bar"}},
		{
			"wrong values",
			[]string{"TICKETBELL_LOG_LEVEL=loud"},
			[]string{"serve", "--http-listen", "nowhere", "--database-url", "mysql://x", "--secret-key", "short"},
			[]string{"http-listen", "log-level", "database-url", "secret-key"},
		},
		{"a port that is none", nil, []string{"serve", "--http-listen", "127.0.0.1:99999"}, []string{"http-listen"}},
		{"a file that is not there", nil, []string{"serve", "--config", "missing.yaml"}, []string{"missing.yaml"}},
		{"an unknown scope", nil, []string{"token", "create", "--name", "x", "--scopes", "everything:ever"}, []string{"everything:ever"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := command(t, append(c.settings, "TICKETBELL_DATA_DIR="+t.TempDir()), c.args...)
			if got.code != 2 {
				t.Errorf("exit code: got %d, want 2", got.code)
			}
			for _, name := range c.says {
				if !strings.Contains(got.stderr, name) {
					t.Errorf("got %q, want it to name %s", got.stderr, name)
				}
			}
			if strings.Contains(got.stderr, "short") {
				t.Errorf("got %q, which shows the key", got.stderr)
			}
		})
	}
}

// A setting means the same from a flag, the environment and the file; the nearer
// one wins: the flag, then the environment, then the file.
func TestASettingMeansTheSameFromEverywhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings []string
		file     string
		args     []string
		want     string
	}{
		{"flag", nil, "", []string{"--data-dir", "flag"}, "flag"},
		{"environment", []string{"TICKETBELL_DATA_DIR=env"}, "", nil, "env"},
		{"file", nil, "data-dir: file\n", nil, "file"},
		{"file with underscores", nil, "data_dir: file\n", nil, "file"},
		{"flag before environment and file", []string{"TICKETBELL_DATA_DIR=env"}, "data-dir: file\n", []string{"--data-dir", "flag"}, "flag"},
		{"environment before file", []string{"TICKETBELL_DATA_DIR=env"}, "data-dir: file\n", nil, "env"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			settings, args := slices.Clone(c.settings), slices.Clone(c.args)
			for i := range settings {
				settings[i] = strings.Replace(settings[i], "=", "="+root+"/", 1)
			}
			if len(args) > 0 {
				args[1] = filepath.Join(root, args[1])
			}
			if c.file != "" {
				settings = append(settings, "TICKETBELL_CONFIG="+write(t, "bell.yaml", strings.Replace(c.file, " ", " "+root+"/", 1)))
			}
			got := command(t, settings, append([]string{"token", "create", "--name", "x", "--scopes", "*"}, args...)...)
			if got.code != 0 {
				t.Fatalf("exit code: got %d, want 0: %s", got.code, got.stderr)
			}
			entries, err := os.ReadDir(root)
			if err != nil {
				t.Fatal(err)
			}
			if len(entries) != 1 || entries[0].Name() != c.want {
				t.Errorf("data directory: got %v, want %s", entries, c.want)
			}
		})
	}
}

// An operator's token is printed alone, and works at once while the service runs.
func TestATokenIsPrintedAloneAndWorksAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := serve(t, dir, openWorld(t))
	got := command(t, nil, "token", "create", "--data-dir", dir, "--name", "ci", "--scopes", "deliveries:read")
	token, rest, _ := strings.Cut(got.stdout, "\n")
	if !strings.HasPrefix(token, "tb_") || rest != "" {
		t.Fatalf("stdout: got %q, want a token alone", got.stdout)
	}
	b.token = token
	if left := b.deliveries(""); len(left) > 0 {
		t.Errorf("deliveries: got %v, want none", left)
	}
}

// write makes a file with that content and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
