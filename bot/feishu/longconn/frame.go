package longconn

import (
	"errors"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Methods of a frame.
const (
	control = 0
	data    = 1
)

// frame is what travels over a connection: the message Frame of Feishu's pbbp2
// (feishu.md 10). What we do not use is kept and goes back as it came.
type frame struct {
	service int32
	method  int32
	headers []header
	payload []byte
	// rest holds the other fields, encoded.
	rest []byte
}

type header struct{ key, value string }

// The numbers of the fields.
const (
	fieldSeq     protowire.Number = 1
	fieldLog     protowire.Number = 2
	fieldService protowire.Number = 3
	fieldMethod  protowire.Number = 4
	fieldHeader  protowire.Number = 5
	fieldPayload protowire.Number = 8
)

// ping asks the server for a sign of life.
func ping(service int32) frame {
	f := frame{service: service, method: control, headers: []header{{"type", "ping"}}}
	f.rest = appendNumber(appendNumber(nil, fieldSeq, 0), fieldLog, 0)
	return f
}

// get returns the header of that key, or "".
func (f frame) get(key string) string {
	i := slices.IndexFunc(f.headers, func(h header) bool { return h.key == key })
	if i < 0 {
		return ""
	}
	return f.headers[i].value
}

// answer is f with another payload and one header more.
func (f frame) answer(payload []byte, more header) frame {
	f.headers = append(slices.Clone(f.headers), more)
	f.payload = payload
	return f
}

func (f frame) encode() []byte {
	b := slices.Clone(f.rest)
	b = appendNumber(b, fieldService, uint64(f.service))
	b = appendNumber(b, fieldMethod, uint64(f.method))
	for _, h := range f.headers {
		one := appendString(appendString(nil, 1, h.key), 2, h.value)
		b = protowire.AppendBytes(protowire.AppendTag(b, fieldHeader, protowire.BytesType), one)
	}
	if f.payload == nil {
		return b
	}
	return protowire.AppendBytes(protowire.AppendTag(b, fieldPayload, protowire.BytesType), f.payload)
}

func appendNumber(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
}

func appendString(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

var errFrame = errors.New("not a frame")

// decode reads a frame.
func decode(b []byte) (frame, error) {
	var f frame
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return f, errFrame
		}
		m := protowire.ConsumeFieldValue(field, kind, b[n:])
		if m < 0 {
			return f, errFrame
		}
		whole, value := b[:n+m], b[n:n+m]
		b = b[n+m:]
		switch {
		case field == fieldService && kind == protowire.VarintType:
			f.service = number(value)
		case field == fieldMethod && kind == protowire.VarintType:
			f.method = number(value)
		case field == fieldHeader && kind == protowire.BytesType:
			h, err := decodeHeader(inner(value))
			if err != nil {
				return f, err
			}
			f.headers = append(f.headers, h)
		case field == fieldPayload && kind == protowire.BytesType:
			f.payload = inner(value)
		default:
			f.rest = append(f.rest, whole...)
		}
	}
	return f, nil
}

func number(value []byte) int32 {
	v, _ := protowire.ConsumeVarint(value) // measured just now
	return int32(v)
}

func inner(value []byte) []byte {
	v, _ := protowire.ConsumeBytes(value) // measured just now
	return v
}

func decodeHeader(b []byte) (header, error) {
	var h header
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return h, errFrame
		}
		m := protowire.ConsumeFieldValue(field, kind, b[n:])
		if m < 0 {
			return h, errFrame
		}
		if kind == protowire.BytesType {
			switch value := string(inner(b[n : n+m])); field {
			case 1:
				h.key = value
			case 2:
				h.value = value
			}
		}
		b = b[n+m:]
	}
	return h, nil
}
