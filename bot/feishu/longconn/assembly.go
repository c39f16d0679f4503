package longconn

import (
	"errors"
	"strconv"
	"time"
)

const (
	// partLife is how long the parts of an event are waited for (feishu.md 10.2).
	partLife = 5 * time.Second
	// maxParts and maxEvent bound one event, maxOpen how many are put together at once.
	maxParts = 1024
	maxEvent = 1 << 20
	maxOpen  = 64
)

var errParts = errors.New("the parts of an event do not fit together")

// assembly puts together what came in parts. It belongs to the one who reads.
type assembly struct {
	now  func() time.Time
	open map[string]*parts
}

type parts struct {
	list    [][]byte
	missing int
	size    int
	begun   time.Time
}

func newAssembly(now func() time.Time) *assembly {
	return &assembly{now: now, open: map[string]*parts{}}
}

// add takes a frame of data and returns its event once it is whole, nil before.
func (a *assembly) add(f frame) ([]byte, error) {
	if one := f.get("sum"); one == "" || one == "0" || one == "1" {
		return f.payload, nil
	}
	sum, wrongSum := strconv.Atoi(f.get("sum"))
	seq, wrongSeq := strconv.Atoi(f.get("seq"))
	if wrongSum != nil || wrongSeq != nil || seq < 0 || seq >= sum || sum > maxParts {
		return nil, errParts
	}
	a.forget()
	id := f.get("message_id")
	p := a.open[id]
	if p == nil {
		if len(a.open) >= maxOpen {
			return nil, errParts
		}
		p = &parts{list: make([][]byte, sum), missing: sum, begun: a.now()}
		a.open[id] = p
	}
	if seq >= len(p.list) || p.size+len(f.payload) > maxEvent {
		return nil, errParts
	}
	if p.list[seq] == nil {
		p.list[seq] = append([]byte{}, f.payload...)
		p.missing--
		p.size += len(f.payload)
	}
	if p.missing > 0 {
		return nil, nil
	}
	delete(a.open, id)
	var whole []byte
	for _, part := range p.list {
		whole = append(whole, part...)
	}
	return whole, nil
}

// forget drops the events whose parts did not come in time.
func (a *assembly) forget() {
	for id, p := range a.open {
		if a.now().Sub(p.begun) > partLife {
			delete(a.open, id)
		}
	}
}
