package signin

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ticketbell/access"
	"ticketbell/signin/oidc"
)

// trip is what is known of somebody on their way to the company's accounts and back. Their
// browser carries it, sealed: whoever asks to be sent there costs us nothing.
type trip struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Next     string `json:"to"`
	// End is in epoch milliseconds.
	End int64 `json:"end"`
}

// mostNext is how long an address may be to which somebody wants to go: a cookie holds 4 KB.
const mostNext = 2000

func tripFrom(t oidc.Trip, next string, end time.Time) trip {
	if len(next) > mostNext {
		next = ""
	}
	return trip{t.State, t.Nonce, t.Verifier, next, end.UnixMilli()}
}

// sealTrip hides a trip from the browser that carries it.
func (d *Door) sealTrip(t trip) (string, error) {
	gcm, err := d.tripCipher()
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("write down a sign-in under way: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(gcm.Seal(nil, nil, plain, []byte(t.State))), nil //nolint:gosec // this AEAD draws the nonce itself and takes none
}

// openTrip is the trip that was sealed for that state; false for anything else.
func (d *Door) openTrip(sealed, state string) (t trip, ok bool, err error) {
	gcm, err := d.tripCipher()
	if err != nil {
		return t, false, err
	}
	plain, ok := unseal(gcm, sealed, state)
	if !ok {
		return t, false, nil
	}
	if err := json.Unmarshal(plain, &t); err != nil {
		return t, false, fmt.Errorf("read a sign-in under way: %w", err)
	}
	return t, d.Now().UnixMilli() < t.End, nil
}

// unseal is what was sealed for that place; false for anything a browser made up.
func unseal(gcm cipher.AEAD, sealed, place string) (plain []byte, ok bool) {
	box, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, false
	}
	plain, err = gcm.Open(nil, nil, box, []byte(place))
	return plain, err == nil
}

func (d *Door) tripCipher() (cipher.AEAD, error) {
	if len(d.Key) == 0 {
		return nil, errors.New("the door has no key to seal with who is under way")
	}
	block, err := aes.NewCipher(d.Key)
	if err != nil {
		return nil, fmt.Errorf("use the key of sign-ins under way: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// spent reports whether somebody was vouched for on that trip already.
func (d *Door) spent(ctx context.Context, t trip) (bool, error) {
	_, found, err := d.Sessions.Session(ctx, spentToken(t))
	return found, err
}

// spend remembers, until it would have ended, that somebody was vouched for on that trip:
// a cookie that was copied lets nobody in a second time.
func (d *Door) spend(ctx context.Context, t trip) error {
	return d.Sessions.PutSession(ctx, spentToken(t), []byte("spent"), time.UnixMilli(t.End))
}

// spentToken is no token that a browser could hold: sessions are looked up by a hash.
func spentToken(t trip) string { return "trip " + access.HashToken(t.State) }
