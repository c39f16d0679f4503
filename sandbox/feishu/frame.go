package feishu

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// frame is what travels over a long connection, a protobuf message of the provider's
// pbbp2 (feishu.md 10).
type frame struct {
	seq, log        uint64
	service, method int32
	headers         []frameHeader
	payload         []byte
}

type frameHeader struct{ key, value string }

// Methods of a frame.
const (
	control = 0
	data    = 1
)

func (f frame) header(key string) string {
	for _, h := range f.headers {
		if h.key == key {
			return h.value
		}
	}
	return ""
}

// encode writes f with the four numbers that are required.
func (f frame) encode() []byte {
	var b []byte
	for i, n := range []uint64{f.seq, f.log, uint64(f.service), uint64(f.method)} {
		b = protowire.AppendTag(b, protowire.Number(i+1), protowire.VarintType)
		b = protowire.AppendVarint(b, n)
	}
	for _, h := range f.headers {
		var inner []byte
		inner = protowire.AppendTag(inner, 1, protowire.BytesType)
		inner = protowire.AppendString(inner, h.key)
		inner = protowire.AppendTag(inner, 2, protowire.BytesType)
		inner = protowire.AppendString(inner, h.value)
		b = protowire.AppendTag(b, 5, protowire.BytesType)
		b = protowire.AppendBytes(b, inner)
	}
	b = protowire.AppendTag(b, 8, protowire.BytesType)
	return protowire.AppendBytes(b, f.payload)
}

var errFrame = errors.New("not a frame")

// decodeFrame reads a frame and insists on what is required.
func decodeFrame(b []byte) (frame, error) {
	var f frame
	seen := 0
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return f, errFrame
		}
		b = b[n:]
		if n = f.field(num, kind, b); n < 0 {
			return f, errFrame
		}
		b = b[n:]
		if num <= 4 {
			seen |= 1 << (num - 1)
		}
	}
	if seen != 0b1111 {
		return f, errFrame
	}
	return f, nil
}

// field reads one field and returns how long it was, negative when it is none.
func (f *frame) field(num protowire.Number, kind protowire.Type, b []byte) int {
	switch {
	case num <= 4 && kind == protowire.VarintType:
		v, n := protowire.ConsumeVarint(b)
		f.number(int(num), v)
		return n
	case num == 5 && kind == protowire.BytesType:
		v, n := protowire.ConsumeBytes(b)
		f.headers = append(f.headers, decodeHeader(v))
		return n
	case num == 8 && kind == protowire.BytesType:
		v, n := protowire.ConsumeBytes(b)
		f.payload = v
		return n
	}
	return protowire.ConsumeFieldValue(num, kind, b)
}

func (f *frame) number(field int, v uint64) {
	switch field {
	case 1:
		f.seq = v
	case 2:
		f.log = v
	case 3:
		f.service = int32(v)
	case 4:
		f.method = int32(v)
	}
}

func decodeHeader(b []byte) frameHeader {
	var h frameHeader
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 || kind != protowire.BytesType {
			return h
		}
		v, m := protowire.ConsumeString(b[n:])
		if m < 0 {
			return h
		}
		b = b[n+m:]
		switch num {
		case 1:
			h.key = v
		case 2:
			h.value = v
		}
	}
	return h
}
