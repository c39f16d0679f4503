package signin

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"ticketbell/access"
)

// cost is what a guess costs whoever stole the hashes: 19 MiB and two passes, the
// figures OWASP names for argon2id; about 40 ms for us.
func cost() *argon2id.Params {
	return &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// atOnce is how many passwords are hashed at a time, each in 19 MiB.
const atOnce = 2

// patience is how long somebody waits for their turn.
const patience = 10 * time.Second

// hasher takes turns.
type hasher struct {
	turns chan struct{}
}

func newHasher() *hasher { return &hasher{turns: make(chan struct{}, atOnce)} }

// nobody is a hash to compare with where there is none, so that an unknown name takes
// as long as a wrong password. It is all zeros: what it is the hash of, nobody knows,
// and to make one at the start would cost 19 MiB there.
func nobody() string {
	c := cost()
	zeros := func(n uint32) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s",
		c.Memory, c.Iterations, c.Parallelism, zeros(c.SaltLength), zeros(c.KeyLength))
}

// turn waits for one; done gives it back.
func (h *hasher) turn(ctx context.Context) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-ctx.Done():
		return nil, access.ErrBusy
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < access.MinPassword || n > access.MaxPassword {
		return "", access.ErrWeak
	}
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	hash, err := argon2id.CreateHash(password, cost())
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// right reports whether the password is that of the hash; "" is nobody's.
func (h *hasher) right(ctx context.Context, password, hash string) (bool, error) {
	if utf8.RuneCountInString(password) > access.MaxPassword {
		password = "" // nobody's, and not worth hashing in full
	}
	done, err := h.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	against := hash
	if against == "" {
		against = nobody()
	}
	same, err := argon2id.ComparePasswordAndHash(password, against)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return same && hash != "", nil
}
