package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"sync"
	"time"

	"ticketbell/bench/rig"
	"ticketbell/sandbox"
)

// side is how many of the bare loop's requests to WeCom run at once, as ticketbell's do.
const side = 4

// bareLoop sends what w received to a fresh world, request by request and with
// nothing in between: what the providers and the wire alone cost. It makes as many
// requests at once as ticketbell does.
func bareLoop(ctx context.Context, w *rig.World) (time.Duration, error) {
	fresh, err := rig.Open(ctx, 0)
	if err != nil {
		return 0, err
	}
	defer fresh.Close()
	for _, p := range w.Staff() {
		fresh.Employ(p)
	}
	messages, mails := queue(w.Messages("wecom")), queue(w.Messages("mail"))
	began := time.Now()
	var work sync.WaitGroup
	errs := make(chan error, side+rig.MailConnections)
	for range side {
		work.Go(func() { errs <- sayAll(ctx, fresh, messages) })
	}
	for range rig.MailConnections {
		work.Go(func() { errs <- mailAll(ctx, fresh, mails) })
	}
	work.Wait()
	took := time.Since(began)
	close(errs)
	for e := range errs {
		err = errors.Join(err, e)
	}
	if got, want := fresh.Received("wecom", "mail"), w.Received("wecom", "mail"); err == nil && got != want {
		err = fmt.Errorf("the bare loop: got %d messages, want %d", got, want)
	}
	return took, err
}

func queue(all []sandbox.Message) <-chan sandbox.Message {
	q := make(chan sandbox.Message, len(all))
	for _, m := range all {
		q <- m
	}
	close(q)
	return q
}

// sayAll posts messages to WeCom with one token.
func sayAll(ctx context.Context, w *rig.World, queue <-chan sandbox.Message) error {
	c := w.Direct()
	defer c.Close()
	if err := c.SignIn(ctx); err != nil {
		return err
	}
	for m := range queue {
		if err := c.Send(ctx, m.Payload); err != nil {
			return err
		}
	}
	return nil
}

// mailAll hands mails over on one connection.
func mailAll(ctx context.Context, w *rig.World, queue <-chan sandbox.Message) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.MailAddr())
	if err != nil {
		return fmt.Errorf("dial the mail server: %w", err)
	}
	defer func() { _ = conn.Close() }()
	c, err := smtp.NewClient(conn, "127.0.0.1")
	if err == nil {
		err = c.Auth(w.MailAuth())
	}
	for m := range queue {
		if err == nil {
			err = mailOne(c, m)
		}
	}
	if err != nil {
		return fmt.Errorf("mail without ticketbell: %w", err)
	}
	return c.Quit()
}

func mailOne(c *smtp.Client, m sandbox.Message) error {
	var letter struct {
		From string `json:"from"`
		Raw  string `json:"raw"`
	}
	if err := json.Unmarshal(m.Payload, &letter); err != nil {
		return err
	}
	if err := c.Mail(letter.From); err != nil {
		return err
	}
	if err := c.Rcpt(m.To); err != nil {
		return err
	}
	body, err := c.Data()
	if err != nil {
		return err
	}
	_, err = body.Write([]byte(letter.Raw))
	return errors.Join(err, body.Close())
}
