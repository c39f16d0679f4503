package excel

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
)

// What keeps a file from being read.
var (
	// ErrOld is a workbook from before 2007, or one with a password: both are packed so.
	ErrOld = errors.New("an old or protected workbook")
	// ErrForeign is a zip archive of something else.
	ErrForeign = errors.New("no workbook")
	// ErrBroken is a workbook that is not whole.
	ErrBroken = errors.New("a broken workbook")
	// ErrTooBig is a workbook that unpacks to more than [MostUnpacked], or holds more
	// texts than any list of people.
	ErrTooBig = errors.New("a workbook too big")
	// ErrTooMany is a sheet with more rows than asked for.
	ErrTooMany = errors.New("too many rows")
	// ErrTooWide is a sheet with more than [MostColumns] columns.
	ErrTooWide = errors.New("too many columns")
)

// Row is a row in which something stands.
type Row struct {
	// Number is the row's as Excel counts, from 1.
	Number int
	// Cells end with the last one in which something stands.
	Cells []string
}

// Workbook reports whether a file is packed like a workbook, of today or of old.
func Workbook(body []byte) bool {
	return bytes.HasPrefix(body, []byte("PK\x03\x04")) || bytes.HasPrefix(body, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// Read returns the rows of the first sheet that is not hidden, up to most of them.
func Read(body []byte, most int) ([]Row, error) {
	if !bytes.HasPrefix(body, []byte("PK")) {
		return nil, ErrOld
	}
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	b := &book{files: map[string]*zip.File{}, left: MostUnpacked}
	for _, f := range archive.File {
		b.files[strings.ToLower(f.Name)] = f
	}
	if b.files[workbookPart] == nil {
		return nil, ErrForeign
	}
	return b.read(most)
}

// Where things stand in a workbook.
const (
	workbookPart  = "xl/workbook.xml"
	relationsPart = "xl/_rels/workbook.xml.rels"
)

// book is a workbook that is being read.
type book struct {
	files map[string]*zip.File // by name in lower case
	left  int64                // how many bytes may still be unpacked
	texts []string
}

func (b *book) read(most int) ([]Row, error) {
	id, err := b.firstSheet()
	if err != nil {
		return nil, err
	}
	sheet, texts, err := b.related(id)
	if err != nil {
		return nil, err
	}
	if texts != "" {
		if b.texts, err = b.sharedTexts(texts); err != nil {
			return nil, err
		}
	}
	return b.rows(sheet, most)
}

// inside is the name of a part that a relation leads to.
func inside(target string) string {
	if rest, ok := strings.CutPrefix(target, "/"); ok {
		return strings.ToLower(rest)
	}
	return strings.ToLower(path.Join("xl", target))
}
