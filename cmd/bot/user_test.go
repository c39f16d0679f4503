package main

import "testing"

func TestARosterWithColumnsOfItsOwnIsImportedByAMap(t *testing.T) {
	file := write(t, "people.csv", "登录名,姓名,部门\nbo,波,DBA\nal,#N/A,DBA\n")
	dir := t.TempDir()
	got := bot(t, nil, "user", "import", file, "--data-dir", dir).want(t, exitFailed)
	wantContain(t, got.err, `column "登录名" is not known here: say what it is with --map '登录名=username'`, "no column is username")
	got = bot(t, nil, "user", "import", file, "--data-dir", dir, "--map", "登录名=username,部门=-").want(t, exitFailed)
	wantContain(t, got.out, "row 3, name: holds an error of the spreadsheet", "1 created")
	got = bot(t, nil, "user", "import", write(t, "broken.csv", "username\nbo,5\n"), "--data-dir", dir).want(t, exitFailed)
	wantContain(t, got.err, "broken.csv: must be a row of CSV as wide as the first; line 2 is not")
}
