package excel

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// The bounds of a file that may be anybody's.
const (
	// MostUnpacked is how many bytes of XML are read of a workbook, all parts together.
	MostUnpacked = 16 << 20
	// MostColumns is how many columns a sheet may have.
	MostColumns = 100
	// mostTexts is how many texts the cells of a workbook may share.
	mostTexts = 300_000
	// mostAtOnce is how many bytes one tag or one text may have: a cell holds 32,767
	// characters at most.
	mostAtOnce = 256 << 10
	// mostDeep is how deep elements may stand within one another.
	mostDeep = 32
)

// part is a file of a workbook that is being read, tag by tag.
type part struct {
	book *book
	from io.ReadCloser
	xml  *xml.Decoder
	// once is how much may still be read before the next tag, deep how many are open.
	once, deep int
}

func (b *book) open(name string) (*part, error) {
	f := b.files[name]
	if f == nil {
		return nil, fmt.Errorf("%w: %q is missing", ErrBroken, name)
	}
	from, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	p := &part{book: b, from: from, once: mostAtOnce}
	p.xml = xml.NewDecoder(p)
	return p, nil
}

// Read unpacks within the bounds.
func (p *part) Read(to []byte) (int, error) {
	if p.book.left <= 0 || p.once <= 0 {
		return 0, ErrTooBig
	}
	n, err := p.from.Read(to[:min(int64(len(to)), p.book.left)])
	p.book.left -= int64(n)
	p.once -= n
	return n, err
}

// next returns the next tag or text, [io.EOF] at the end of the part.
func (p *part) next() (xml.Token, error) {
	p.once = mostAtOnce
	tok, err := p.xml.Token()
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, ErrTooBig):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	switch tok.(type) {
	case xml.StartElement:
		p.deep++
	case xml.EndElement:
		p.deep--
	}
	if p.deep > mostDeep {
		return nil, fmt.Errorf("%w: it nests too deep", ErrBroken)
	}
	return tok, nil
}

// each calls do for every element of that name until it fails or is done with it all.
func (p *part) each(name string, do func(xml.StartElement) (done bool, err error)) error {
	defer func() { _ = p.from.Close() }() // it was only read
	for {
		tok, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if el, ok := tok.(xml.StartElement); ok && el.Name.Local == name {
			if done, err := do(el); done || err != nil {
				return err
			}
		}
	}
}

// within calls do for everything in the element that was opened last, until it is closed.
func (p *part) within(do func(xml.Token) error) error {
	for outside := p.deep - 1; ; {
		tok, err := p.next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: it ends in the middle", ErrBroken)
		}
		if err != nil {
			return err
		}
		if p.deep == outside {
			return nil
		}
		if err := do(tok); err != nil {
			return err
		}
	}
}

// text is what stands in the <t> of the element that was opened last, whatever its
// parts look like, and without how it is read aloud.
func (p *part) text() (string, error) {
	var said []byte
	var shown, aloud bool
	err := p.within(func(tok xml.Token) error {
		switch tok := tok.(type) {
		case xml.StartElement:
			shown, aloud = tok.Name.Local == "t", aloud || tok.Name.Local == "rPh"
		case xml.EndElement:
			shown, aloud = false, aloud && tok.Name.Local != "rPh"
		case xml.CharData:
			if shown && !aloud {
				said = append(said, tok...)
			}
		}
		if len(said) > mostAtOnce {
			return ErrTooBig
		}
		return nil
	})
	return string(said), err
}

// attribute is the value of an element's attribute, "" when it has none.
func attribute(el xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
