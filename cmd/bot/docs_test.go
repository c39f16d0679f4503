package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// model is what the command line knows.
func model(t *testing.T) *kong.Node {
	t.Helper()
	parser, err := kong.New(new(commands), kong.Name("bot"))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model.Node
}

// file reads a file of the repository.
func file(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// settingRow is a row of docs/configuration.md: a flag as some commands take it.
type settingRow struct {
	flag, env, commands, preset string
}

// of reports whether the row is about a flag of the command; "`user`" stands for
// every command that begins so.
func (r settingRow) of(flag, command string) bool {
	group, _, _ := strings.Cut(command, " ")
	return r.flag == flag && (strings.Contains(r.commands, "`"+command+"`") || strings.Contains(r.commands, "`"+group+"`"))
}

// settingRows reads the table of settings. A row without a flag goes on with the one above.
func settingRows(t *testing.T) []settingRow {
	t.Helper()
	var rows []settingRow
	var flag, env string
	_, table, _ := strings.Cut(file(t, "docs/configuration.md"), "| flag | environment | commands | default | meaning |\n|---|---|---|---|---|\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 {
			break
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[1] != "" {
			flag, env = strings.Trim(cells[1], "`-"), strings.Trim(cells[2], "`")
		}
		rows = append(rows, settingRow{flag, env, cells[3], cells[4]})
	}
	return rows
}

func TestEveryFlagOfEveryCommandIsDocumented(t *testing.T) {
	rows, guide := settingRows(t), file(t, "docs/configuration.md")
	documented := make([]bool, len(rows))
	for _, command := range model(t).Leaves(true) {
		name := strings.TrimPrefix(command.FullPath(), "bot ")
		if !strings.Contains(guide, "| `bot "+name) {
			t.Errorf("docs/configuration.md does not tell what bot %s does", name)
		}
		for _, flag := range command.Flags {
			i := slices.IndexFunc(rows, func(r settingRow) bool { return r.of(flag.Name, name) })
			if i < 0 {
				t.Errorf("docs/configuration.md does not know --%s of bot %s", flag.Name, name)
				continue
			}
			documented[i] = true
			if env := envPrefix + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_")); rows[i].env != env {
				t.Errorf("got variable %s for --%s, want %s", rows[i].env, flag.Name, env)
			}
			if flag.HasDefault && rows[i].preset != "`"+flag.Default+"`" {
				t.Errorf("got default %s for --%s of bot %s, want %s", rows[i].preset, flag.Name, name, flag.Default)
			}
			if required := rows[i].preset == "required"; required != flag.Required {
				t.Errorf("got default %s for --%s of bot %s, want required %v", rows[i].preset, flag.Name, name, flag.Required)
			}
		}
	}
	for i, r := range rows {
		if !documented[i] && r.flag != "config" {
			t.Errorf("docs/configuration.md tells of --%s of %s, which nobody takes", r.flag, r.commands)
		}
	}
}

func TestEveryVariableOfTheContainersIsASetting(t *testing.T) {
	known := flagNames(model(t))
	for _, path := range []string{"compose.yaml", "Dockerfile"} {
		names := regexp.MustCompile(envPrefix+`([A-Z_]+)`).FindAllStringSubmatch(file(t, path), -1)
		if len(names) == 0 {
			t.Errorf("got no variable in %s, want some", path)
		}
		for _, name := range names {
			if !known[strings.ToLower(strings.ReplaceAll(name[1], "_", "-"))] {
				t.Errorf("%s sets %s, which is no setting", path, name[0])
			}
		}
	}
}
