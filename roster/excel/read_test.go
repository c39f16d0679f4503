package excel_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ticketbell/roster/excel"
)

// The parts of the smallest workbook.
const (
	oneSheet = `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`
	relation = `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/sharedStrings.xml" Type="http://x/sharedStrings"/></Relationships>`
	texts    = `<sst count="9999999999"><si><t>first</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>aloud</t></rPh></si></sst>`
)

// packed is a workbook with these rows, and whatever parts replace its own.
func packed(tb testing.TB, rows string, parts ...string) []byte {
	tb.Helper()
	files := map[string]string{
		"xl/workbook.xml": oneSheet, "xl/_rels/workbook.xml.rels": relation, "xl/sharedStrings.xml": texts,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	for i := 0; i < len(parts); i += 2 {
		files[parts[i]] = parts[i+1]
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := archive.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			tb.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func TestAWorkbookOfAnotherProgramIsReadAsItLooks(t *testing.T) {
	body, err := os.ReadFile("testdata/people.xlsx") // saved by excelize 2.11.1, with two sheets
	if err != nil {
		t.Fatal(err)
	}
	got, err := excel.Read(body, 100)
	if err != nil {
		t.Fatal(err)
	}
	want := []excel.Row{
		{Number: 1, Cells: []string{"用户名", "姓名", "手机号", "邮箱", "停用", "部门"}},
		{Number: 2, Cells: []string{"zhaoliu", "赵六", "13800000061", "zhaoliu@corp.com", "false", "支付"}},
		{Number: 4, Cells: []string{"sunqi", "孙七", "13800000062", "", "true", "支付"}},
		{Number: 5, Cells: []string{"zhouba", "", "13800000063", "zhouba@corp.com"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestACellIsReadByItsKind(t *testing.T) {
	for _, row := range []struct{ cell, want string }{
		{`<c t="s"><v>0</v></c>`, "first"},
		{`<c t="s"><v>1</v></c>`, "rich"},
		{`<c t="inlineStr"><is><t>in</t><r><t>line</t></r></is></c>`, "inline"},
		{`<c t="str"><f>A1&amp;"x"</f><v>of a formula</v></c>`, "of a formula"},
		{`<c t="b"><v>1</v></c>`, "true"},
		{`<c t="e"><v>#N/A</v></c>`, "#N/A"},
		{`<c t="d"><v>2026-10-01</v></c>`, "2026-10-01"},
		{`<c><v>13800001234</v></c>`, "13800001234"},
		{`<c t="n"><v>1.3800001234E10</v></c>`, "13800001234"},
		{`<c><v>1.38E+10</v></c>`, "13800000000"},
		{`<c><v>0.5</v></c>`, "0.5"},
		{`<c><v>12345678901234567890</v></c>`, "12345678901234567890"},
		{`<c><v>a &amp;
b</v></c>`, "a &\nb"},
	} {
		got, err := excel.Read(packed(t, `<row>`+row.cell+`</row>`), 1)
		if err != nil || len(got) != 1 || len(got[0].Cells) != 1 || got[0].Cells[0] != row.want {
			t.Errorf("%s: got %v, %v, want %q", row.cell, got, err, row.want)
		}
	}
}

func TestWhatIsEmptyTakesNoRoomAndMovesNothing(t *testing.T) {
	got, err := excel.Read(packed(t, `<row r="3"><c r="B3" t="s"><v>0</v></c><c t="s"><v>0</v></c><c r="Z3"/></row><row r="4"><c r="A4"><v> </v></c></row><row><c r="AA5"><v>7</v></c></row>`), 9)
	want := []excel.Row{{Number: 3, Cells: []string{"", "first", "first"}}, {Number: 5, Cells: append(make([]string, 26), "7")}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, rows (-want +got):\n%s", err, diff)
	}
}

func TestTheFirstSheetThatIsNotHiddenIsRead(t *testing.T) {
	got, err := excel.Read(packed(t, `<row><c><v>1</v></c></row>`, "xl/workbook.xml",
		strings.Replace(oneSheet, "<sheets>", `<sheets><sheet id="plain" state="hidden" r:id="rId9"/><sheet state="veryHidden" r:id="rId8"/>`, 1)), 9)
	if err != nil || len(got) != 1 {
		t.Errorf("got %v, %v, want the row of the sheet that is seen", got, err)
	}
}

func TestWhatCannotBeReadIsToldApart(t *testing.T) {
	whole := packed(t, `<row><c><v>1</v></c></row>`)
	cell := `<row><c t="s"><v>%s</v></c></row>`
	for name, tt := range map[string]struct {
		body []byte
		want error
	}{
		"an old workbook":              {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"), excel.ErrOld},
		"another archive":              {packed(t, "", "xl/workbook.xml", ""), excel.ErrBroken},
		"half a file":                  {whole[:len(whole)/2], excel.ErrBroken},
		"no sheet":                     {packed(t, "", "xl/workbook.xml", `<workbook><sheets/></workbook>`), excel.ErrBroken},
		"no part of the sheet":         {packed(t, "", "xl/_rels/workbook.xml.rels", `<Relationships/>`), excel.ErrBroken},
		"half a row":                   {packed(t, "", "xl/worksheets/sheet1.xml", `<worksheet><row><c><v>1`), excel.ErrBroken},
		"a text that is not there":     {packed(t, fmt.Sprintf(cell, "2")), excel.ErrBroken},
		"a text before the first":      {packed(t, fmt.Sprintf(cell, "-1")), excel.ErrBroken},
		"a text that is no number":     {packed(t, fmt.Sprintf(cell, "x")), excel.ErrBroken},
		"elements without end":         {packed(t, strings.Repeat("<a>", 1000)), excel.ErrBroken},
		"an entity of its own":         {packed(t, "", "xl/sharedStrings.xml", `<!DOCTYPE a [<!ENTITY b "bb">]><sst><si><t>&b;</t></si></sst>`), excel.ErrBroken},
		"a bomb":                       {packed(t, strings.Repeat("<row>"+strings.Repeat(" ", 200<<10)+"</row>", 1+excel.MostUnpacked/(200<<10))), excel.ErrTooBig},
		"a bomb of one text":           {packed(t, `<row><c t="str"><v>`+strings.Repeat("x", 1<<20)+`</v></c></row>`), excel.ErrTooBig},
		"a bomb of pieces of a text":   {packed(t, `<row><c t="str"><v>`+strings.Repeat("x<!-- -->", 1<<18+1)+`</v></c></row>`), excel.ErrTooBig},
		"a bomb of attributes":         {packed(t, `<row `+strings.Repeat(`a="" `, 1<<18)+`/>`), excel.ErrTooBig},
		"a bomb of many small texts":   {packed(t, "", "xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si/>", 300_001)+"</sst>"), excel.ErrTooBig},
		"more rows than asked for":     {packed(t, strings.Repeat(`<row><c><v>1</v></c></row>`, 4)), excel.ErrTooMany},
		"more columns than are read":   {packed(t, `<row><c r="CW1"><v>1</v></c></row>`), excel.ErrTooWide},
		"columns without end, unnamed": {packed(t, `<row>`+strings.Repeat(`<c><v>1</v></c>`, 101)+`</row>`), excel.ErrTooWide},
	} {
		if rows, err := excel.Read(tt.body, 3); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, %v, want %v", name, rows, err, tt.want)
		}
	}
	if _, err := excel.Read(zipped(t, "content.xml"), 3); !errors.Is(err, excel.ErrForeign) {
		t.Errorf("got %v of another archive, want ErrForeign", err)
	}
}

// zipped is an archive with one empty file.
func zipped(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	if _, err := archive.Create(name); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// FuzzNoWorkbookBreaksTheReader looks for a sheet, or texts, that the reader does not survive.
func FuzzNoWorkbookBreaksTheReader(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`, texts)
	f.Add(`<row><c t="inlineStr"><is><t>a</t></is></c></row>`, `<sst/>`)
	f.Fuzz(func(t *testing.T, rows, shared string) {
		got, _ := excel.Read(packed(t, rows, "xl/sharedStrings.xml", shared), 3)
		if len(got) > 3 {
			t.Errorf("got %d rows, want three at most", len(got))
		}
		for _, r := range got {
			if len(r.Cells) == 0 || len(r.Cells) > excel.MostColumns || strings.TrimSpace(r.Cells[len(r.Cells)-1]) == "" {
				t.Errorf("got the row %q, want one that ends with what stands in it", r.Cells)
			}
		}
	})
}
