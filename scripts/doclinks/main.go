package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	broken, err := check(os.DirFS("."))
	for _, b := range broken {
		fmt.Fprintln(os.Stderr, b)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "doclinks:", err)
	}
	if err != nil || len(broken) > 0 {
		os.Exit(1)
	}
}

// check reads every Markdown file below root and returns the links that lead nowhere,
// each as "file:line: link: what is wrong".
func check(root fs.FS) ([]string, error) {
	var broken []string
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && skipped(path) {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		found, err := checkPage(root, path)
		broken = append(broken, found...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	return broken, nil
}

// skipped reports whether a folder holds nothing we wrote.
func skipped(path string) bool {
	name := filepath.Base(path)
	return path != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata")
}

func checkPage(root fs.FS, path string) ([]string, error) {
	text, err := fs.ReadFile(root, path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var broken []string
	for _, l := range links(string(text)) {
		if wrong := follow(root, path, l.target); wrong != "" {
			broken = append(broken, fmt.Sprintf("%s:%d: %s: %s", path, l.line, l.target, wrong))
		}
	}
	return broken, nil
}
