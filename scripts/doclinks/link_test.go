package main

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestLinksThatLeadNowhereAreNamed(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		want       []string
	}{
		{"a file that exists", "[words](docs/words.md)", nil},
		{"a folder that exists", "[docs](docs/)", nil},
		{"a heading that exists", "[flow](docs/words.md#flow-审批流程)", nil},
		{"a heading of the page itself", "# Set it up\n[here](#set-it-up)", nil},
		{"another machine is not asked", "[Go](https://go.dev/nowhere)", nil},
		{"a link in code is no link", "`[x](gone.md)`\n```\n[y](gone.md)\n```", nil},
		{"a picture that is gone", "\n![card](docs/card.png)", []string{"README.md:2: docs/card.png: no such file"}},
		{"a heading that is gone", "[flow](docs/words.md#flows)", []string{"README.md:1: docs/words.md#flows: no such heading"}},
		{"a title does not hide the target", `[x](gone.md "the title")`, []string{"README.md:1: gone.md: no such file"}},
		{"a path out of the repository", "[x](../secret.md)", []string{"README.md:1: ../secret.md: leads out of the repository"}},
		{
			"every broken link is named", "[x](gone.md) and [y](lost.md)",
			[]string{"README.md:1: gone.md: no such file", "README.md:1: lost.md: no such file"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := check(fstest.MapFS{
				"README.md":     {Data: []byte(tt.page)},
				"docs/words.md": {Data: []byte("# Words\n\n## Flow (审批流程)\n")},
				".github/x.md":  {Data: []byte("[not ours](gone.md)")},
			})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
