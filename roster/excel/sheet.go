package excel

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// firstSheet is the id of the relation to the first sheet that is not hidden.
func (b *book) firstSheet() (id string, err error) {
	p, err := b.open(workbookPart)
	if err != nil {
		return "", err
	}
	err = p.each("sheet", func(el xml.StartElement) (bool, error) {
		if state := attribute(el, "state"); state == "" || state == "visible" {
			id = relation(el)
		}
		return id != "", nil
	})
	if err == nil && id == "" {
		err = fmt.Errorf("%w: it has no sheet", ErrBroken)
	}
	return id, err
}

// relation is the id of a relation: not to be taken for a plain id.
func relation(el xml.StartElement) string {
	for _, a := range el.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// related are the parts that hold the sheet of that relation, and the texts that cells
// share; texts is "" when none do.
func (b *book) related(id string) (sheet, texts string, err error) {
	p, err := b.open(relationsPart)
	if err != nil {
		return "", "", err
	}
	err = p.each("Relationship", func(el xml.StartElement) (bool, error) {
		switch target := inside(attribute(el, "Target")); {
		case attribute(el, "Id") == id:
			sheet = target
		case strings.HasSuffix(attribute(el, "Type"), "/sharedStrings"):
			texts = target
		}
		return false, nil
	})
	return sheet, texts, err
}

// sharedTexts are the texts that cells name by number.
func (b *book) sharedTexts(name string) (texts []string, err error) {
	p, err := b.open(name)
	if err != nil {
		return nil, err
	}
	err = p.each("si", func(xml.StartElement) (bool, error) {
		if len(texts) == mostTexts {
			return true, ErrTooBig
		}
		text, err := p.text()
		texts = append(texts, text)
		return false, err
	})
	return texts, err
}

// rows are those of a sheet in which something stands.
func (b *book) rows(name string, most int) (rows []Row, err error) {
	p, err := b.open(name)
	if err != nil {
		return nil, err
	}
	number := 0
	err = p.each("row", func(el xml.StartElement) (bool, error) {
		number++
		if n, err := strconv.Atoi(attribute(el, "r")); err == nil && n > number {
			number = n
		}
		cells, err := p.cells()
		if err != nil || len(cells) == 0 {
			return false, err
		}
		if len(rows) == most {
			return true, ErrTooMany
		}
		rows = append(rows, Row{number, cells})
		return false, nil
	})
	return rows, err
}

// cells are those of the row that was opened last.
func (p *part) cells() (cells []string, err error) {
	at := -1
	err = p.within(func(tok xml.Token) error {
		el, ok := tok.(xml.StartElement)
		if !ok || el.Name.Local != "c" {
			return nil
		}
		at++
		if column, ok := columnOf(attribute(el, "r")); ok {
			at = column
		}
		value, err := p.value(attribute(el, "t"))
		if err != nil || strings.TrimSpace(value) == "" {
			return err
		}
		if at >= MostColumns {
			return ErrTooWide
		}
		for len(cells) <= at {
			cells = append(cells, "")
		}
		cells[at] = value
		return nil
	})
	return cells, err
}

// columnOf is the place of a cell such as "AB12" in its row, from 0.
func columnOf(ref string) (int, bool) {
	letters := strings.TrimRight(ref, "0123456789")
	if letters == "" || len(letters) > 3 {
		return 0, false
	}
	n := 0
	for _, r := range letters {
		if r < 'A' || r > 'Z' {
			return 0, false
		}
		n = n*26 + int(r-'A') + 1
	}
	return n - 1, true
}

// value is what the cell that was opened last shows; kind is its type in the file.
func (p *part) value(kind string) (string, error) {
	if kind == "inlineStr" {
		return p.text()
	}
	var raw []byte
	inValue := false
	err := p.within(func(tok xml.Token) error {
		switch tok := tok.(type) {
		case xml.StartElement:
			inValue = tok.Name.Local == "v"
		case xml.EndElement:
			inValue = false
		case xml.CharData:
			if inValue {
				raw = append(raw, tok...)
			}
		}
		if len(raw) > mostAtOnce {
			return ErrTooBig
		}
		return nil
	})
	if err != nil || len(raw) == 0 {
		return "", err
	}
	return p.book.shown(kind, string(raw))
}

// shown is a value as a reader would write it down.
func (b *book) shown(kind, raw string) (string, error) {
	switch kind {
	case "s":
		n, err := strconv.Atoi(raw)
		if err != nil || n < 0 || n >= len(b.texts) {
			return "", fmt.Errorf("%w: a cell names a text that is not there", ErrBroken)
		}
		return b.texts[n], nil
	case "b":
		return strconv.FormatBool(raw == "1"), nil
	case "", "n":
		return digits(raw), nil
	default: // the text of a formula, an error, a date
		return raw, nil
	}
}

// exact is below what numbers of a sheet are exact.
const exact = 1e15

// digits writes a number out: 1.38E10, as a phone number may be kept, is 13800000000.
func digits(raw string) string {
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) >= exact {
		return raw
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
