package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// The times a decision keeps.
const (
	// AnswerTime is how long a press waits for the platform before it is answered that
	// it is in progress. Feishu gives up after 3 s (feishu.md 8.3).
	AnswerTime = 2 * time.Second
	// AskTime is for how long a platform that does not answer is asked again.
	AskTime = time.Hour
	// askLease is how long a decision is one process's to ask: longer than any platform
	// may take. What a killed process had open is asked again after it.
	askLease = 40 * time.Second
	// rulePatience is how long it is tried to write down what a platform said. With the try
	// that ends it, it is well within [askLease].
	rulePatience = 8 * time.Second
	// decideEvery is how often open decisions are looked at.
	decideEvery = time.Second
	// findTries and findEvery are how often a card is looked for that is not on record.
	findTries = 8
	findEvery = 50 * time.Millisecond
	// maxAsks is how many platforms are asked at once by the background.
	maxAsks = 16
)

// Decider takes what people press on cards, and has the platform of the ticket judge.
// A decision is on record before the platform is asked, so that none is lost, and one
// decision at most holds a turn of a ticket, so that none is made twice.
type Decider struct {
	Records   Decisions
	Who       Who
	Platforms Platforms
	Judge     Judge
	// Desk takes the event in that a platform answers with.
	Desk interface {
		Accept(ctx context.Context, ev ticket.Event) (Receipt, error)
	}
	Settings SettingsKeeper
	// Teller writes to whoever pressed when nothing came of it.
	Teller *Teller
	// Nudge has the people a ticket waits for reminded; nil takes no such presses.
	Nudge Nudger
	// Mutes keeps who muted which ticket.
	Mutes Muter
	Now   func() time.Time
	Log   *slog.Logger

	asks sync.WaitGroup // presses whose platform is being asked
}

// Nudger reminds the people a ticket waits for, in the name of its creator.
type Nudger interface {
	// Nudge returns when it is possible again, and [ErrConflict], when it is too early.
	Nudge(ctx context.Context, t TicketRecord, by ticket.Person) (again time.Time, err error)
}

// Act implements [Presses].
func (d *Decider) Act(ctx context.Context, p Press) Answer {
	a, err := d.act(ctx, p)
	if err != nil {
		d.Log.Error("a press could not be dealt with", "channel", p.Channel, "action", p.Action, "error", err)
		return Answer{ToneBroken, cards.Broken()}
	}
	return a
}

func (d *Decider) act(ctx context.Context, p Press) (Answer, error) {
	before, err := d.Records.DecisionOf(ctx, p.Channel, p.ID)
	if err == nil {
		return answerOf(before), nil
	}
	if !errors.Is(err, ErrNotFound) {
		return Answer{}, err
	}
	u, known, err := d.Who.Who(ctx, p.Channel, p.Address)
	if err != nil {
		return Answer{}, err
	}
	if a, no := stranger(u, known); no {
		return a, nil
	}
	card, err := d.pressed(ctx, p)
	if errors.Is(err, ErrNotFound) {
		return refused(cards.UnknownCard()), nil
	}
	if err != nil {
		return Answer{}, err
	}
	switch p.Action {
	case cards.Remind:
		return d.nudge(ctx, u, card)
	case cards.Mute, cards.Unmute:
		return d.mute(ctx, p.Action, u, card)
	}
	return d.decide(ctx, p, u, card)
}

// pressed finds the card of a press. A card is on its device a moment before its
// message is on record: what is not found is looked for again a few times.
func (d *Decider) pressed(ctx context.Context, p Press) (card Pressed, err error) {
	for range findTries {
		if card, err = d.Records.Pressed(ctx, p); !errors.Is(err, ErrNotFound) {
			return card, err
		}
		select {
		case <-ctx.Done():
			return card, ctx.Err()
		case <-time.After(findEvery):
		}
	}
	return card, err
}

func refused(why cards.Text) Answer { return Answer{ToneRefused, why} }

// stranger answers somebody who has no say here.
func stranger(u ticket.User, known bool) (Answer, bool) {
	switch {
	case !known:
		return refused(cards.Stranger()), true
	case u.Disabled:
		return refused(cards.SwitchedOff()), true
	}
	return Answer{}, false
}

// decide puts the decision on record and asks the platform, unless somebody was first.
func (d *Decider) decide(ctx context.Context, p Press, u ticket.User, card Pressed) (Answer, error) {
	s, err := d.Settings.Settings(ctx)
	if err != nil {
		return Answer{}, fmt.Errorf("read settings: %w", err)
	}
	platform, err := d.Platforms.Platform(ctx, card.Source)
	if err != nil {
		return Answer{}, err
	}
	if why := d.hindrance(p, u, card, platform, s.CardsFor(u)); !why.IsZero() {
		return refused(why), nil
	}
	now := d.Now()
	dec := Decision{
		ID: NewID("dec_"), Ticket: card.ID, Turn: card.Turn, State: card.State, Action: p.Action, By: u.Person,
		Reason: strings.TrimSpace(p.Reason), Channel: p.Channel, Address: p.Address, Press: p.ID, Language: language(u, s),
		Status: Asking, Attempts: 1, Due: now.Add(askLease), Deadline: now.Add(AskTime), At: now,
	}
	stands, err := d.Records.Decide(ctx, dec)
	switch {
	case errors.Is(err, ErrConflict):
		return d.overtaken(ctx, p, s.CardsFor(u))
	case err != nil:
		return Answer{}, err
	case stands.ID == dec.ID:
		return d.askNow(ctx, dec, card.TicketRecord), nil
	case stands.Press == p.ID:
		return answerOf(stands), nil
	}
	return first(stands), nil
}

// overtaken answers a press whose ticket moved on between the look at the card and the
// decision.
func (d *Decider) overtaken(ctx context.Context, p Press, s cards.Setting) (Answer, error) {
	card, err := d.Records.Pressed(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	return refused(d.over(card, s)), nil
}

// hindrance says why the press decides nothing, or nothing when it may.
func (d *Decider) hindrance(p Press, u ticket.User, card Pressed, platform Platform, s cards.Setting) cards.Text {
	if !platform.Decides() || (p.Action != cards.Approve && p.Action != cards.Reject) {
		return cards.OnPlatform()
	}
	if card.CardState != card.State || card.CardTurn != card.Turn {
		return d.over(card, s)
	}
	t := card.Event.Ticket
	switch {
	case t.Status != ticket.WaitingReview:
		return cards.OnPlatform()
	case !ticket.MayAct(t, u.Person):
		return cards.NotYours()
	case p.Action == cards.Reject && strings.TrimSpace(p.Reason) == "":
		return reasonMissing(p.Channel)
	case utf8.RuneCountInString(p.Reason) > cards.MaxReason:
		return cards.ReasonTooLong(cards.MaxReason)
	}
	return cards.Text{}
}

// reasonMissing asks for a reason as the channel takes it: typed, or chosen.
func reasonMissing(ch Channel) cards.Text {
	if ch == WeCom {
		return cards.ReasonUnchosen()
	}
	return cards.ReasonMissing()
}

// over says how the step ended that the card was made for.
func (d *Decider) over(card Pressed, s cards.Setting) cards.Text {
	if card.CardState == card.State {
		return cards.Outdated()
	}
	if n := len(card.Trail); n > 0 {
		return cards.Settled(card.Trail[n-1], s, d.Now())
	}
	return cards.Over(card.Event.Ticket.Status)
}

// first answers whoever was not.
func first(stands Decision) Answer {
	if stands.Status == Decided {
		return refused(cards.DecidedBy(stands.By.String()))
	}
	return refused(cards.BusyBy(stands.By.String()))
}

// answerOf is what whoever made a decision reads about it.
func answerOf(dec Decision) Answer {
	switch dec.Status {
	case Decided:
		return Answer{ToneDone, cards.Done(dec.Action)}
	case Refused:
		return refused(cards.RefusedBy(dec.Message))
	case Failed:
		return Answer{ToneBroken, cards.Unanswered()}
	default:
		return Answer{TonePending, cards.StillWorking()}
	}
}

// askNow asks the platform while whoever pressed waits, and answers in time whatever
// the platform does.
func (d *Decider) askNow(ctx context.Context, dec Decision, on TicketRecord) Answer {
	free := context.WithoutCancel(ctx)
	ruled := make(chan Decision, 1)
	d.asks.Go(func() { ruled <- d.ask(free, dec, on) })
	patience := time.NewTimer(AnswerTime)
	defer patience.Stop()
	select {
	case now := <-ruled:
		if !now.Status.Open() {
			return answerOf(now)
		}
	case <-patience.C:
	case <-ctx.Done():
	}
	return answerOf(d.show(free, dec))
}

// show makes the cards say that dec is in progress, and returns it as it stands: it
// may have come to its end just now.
func (d *Decider) show(ctx context.Context, dec Decision) Decision {
	stands, err := d.Records.ShowDecision(ctx, dec, d.Now())
	if err != nil {
		d.Log.Error("cards cannot show that a decision is in progress", "decision", dec.ID, "error", err)
		return dec
	}
	return stands
}

// ask asks the platform once and writes down what it said.
func (d *Decider) ask(ctx context.Context, dec Decision, on TicketRecord) Decision {
	ruling, err := d.Judge.Ask(ctx, Question{dec, on})
	if err == nil {
		ruling, err = d.take(ctx, dec, ruling)
	}
	now := d.Now()
	if err != nil {
		d.Log.Warn("a platform did not answer", "source", on.Source, "ticket", on.ID, "decision", dec.ID, "attempt", dec.Attempts, "error", err)
		dec.Due = now.Add(backoff(dec.Attempts))
	} else {
		dec = ruled(dec, ruling)
	}
	stands, err := d.rule(ctx, dec, now)
	if err != nil { // it is asked again when its lease ends, and the platform knows its id
		d.Log.Error("a decision cannot be written down", "decision", dec.ID, "error", err)
		return dec
	}
	return stands
}

// rule writes down how dec stands. A database that is back in a moment is waited for: else
// everybody would wait for the lease to end.
func (d *Decider) rule(ctx context.Context, dec Decision, now time.Time) (stands Decision, err error) {
	err = Insist(ctx, rulePatience, func(ctx context.Context) (err error) {
		stands, err = d.Records.Rule(ctx, dec, now)
		return err
	})
	return stands, err
}

// take accepts the event that came along. One that is wrong, or leaves the ticket where
// it was because it is older, is as good as none: the platform's own will come.
func (d *Decider) take(ctx context.Context, dec Decision, r Ruling) (Ruling, error) {
	if r.Word != SaysDone || r.Event == nil {
		return r, nil
	}
	_, err := d.Desk.Accept(ctx, *r.Event)
	if wrong, ok := errors.AsType[*ticket.Invalid](err); ok {
		d.Log.Warn("a platform answered with an event that is wrong", "source", r.Event.Source, "error", wrong)
		return Ruling{Word: SaysLater}, nil
	}
	if err != nil {
		return r, err
	}
	now, err := d.Records.Ticket(ctx, dec.Ticket)
	if err == nil && now.Turn == dec.Turn {
		d.Log.Warn("a platform answered with an event that moves nothing", "source", now.Source, "ticket", now.ID, "decision", dec.ID)
		return Ruling{Word: SaysLater}, nil
	}
	return r, err
}

// ruled is dec as the platform ruled.
func ruled(dec Decision, r Ruling) Decision {
	dec.Message = r.Message
	switch r.Word {
	case SaysDone:
		dec.Status, dec.Due = Decided, time.Time{}
	case SaysLater:
		dec.Status, dec.Due = Pending, dec.Deadline
	default:
		dec.Status, dec.Due = Refused, time.Time{}
	}
	return dec
}

// Wait waits until no platform is being asked on account of a press. No press may come
// in any more.
func (d *Decider) Wait() { d.asks.Wait() }

// Run asks again where a platform did not answer, until ctx is done and what it asked
// is answered.
func (d *Decider) Run(ctx context.Context) {
	var asks sync.WaitGroup
	defer asks.Wait()
	tick := time.NewTicker(decideEvery)
	defer tick.Stop()
	for {
		if err := d.turn(ctx, &asks); err != nil && ctx.Err() == nil {
			d.Log.Error("open decisions cannot be looked at", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (d *Decider) turn(ctx context.Context, asks *sync.WaitGroup) error {
	now := d.Now()
	due, err := d.Records.ClaimDecisions(ctx, maxAsks, now, now.Add(askLease))
	for _, dec := range due {
		asks.Go(func() { d.goOn(context.WithoutCancel(ctx), dec) })
	}
	return err
}

// goOn takes a decision that is due a step further.
func (d *Decider) goOn(ctx context.Context, dec Decision) {
	on, err := d.Records.Ticket(ctx, dec.Ticket)
	switch {
	case err != nil:
		d.Log.Error("the ticket of a decision cannot be read", "decision", dec.ID, "error", err)
	case !dec.Status.Open():
		d.tell(ctx, dec, on)
	case !d.Now().Before(dec.Deadline):
		d.giveUp(ctx, dec)
	case dec.Status == Asking:
		if d.ask(ctx, dec, on).Status == Asking {
			d.show(ctx, dec)
		}
	}
}

// giveUp ends a decision whose platform was not heard of in time. Its cards get their
// buttons back, and whoever pressed is told.
func (d *Decider) giveUp(ctx context.Context, dec Decision) {
	dec.Status, dec.Due = Failed, time.Time{}
	if _, err := d.Records.Rule(ctx, dec, d.Now()); err != nil {
		d.Log.Error("a decision cannot be given up", "decision", dec.ID, "error", err)
	}
}

// tell writes to whoever pressed that nothing came of it. It is tried for as long as
// the platform was.
func (d *Decider) tell(ctx context.Context, dec Decision, on TicketRecord) {
	if err := d.write(ctx, dec, on); err != nil {
		d.Log.Warn("somebody cannot be told that nothing came of their decision", "channel", dec.Channel, "decision", dec.ID, "error", err)
		if v, _ := VerdictOf(err); v != VerdictPermanent && d.Now().Before(dec.Deadline.Add(AskTime)) {
			return // it is due again when its lease ends
		}
	}
	if err := d.Records.Told(ctx, dec.ID); err != nil {
		d.Log.Error("a decision cannot be ended", "decision", dec.ID, "error", err)
	}
}

func (d *Decider) write(ctx context.Context, dec Decision, on TicketRecord) error {
	s, err := d.Settings.Settings(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	u, _, err := d.Who.Who(ctx, dec.Channel, dec.Address)
	if err != nil {
		return err
	}
	set := s.CardsFor(u)
	why := answerOf(dec).Text
	if dec.Status == Refused && on.Turn != dec.Turn {
		why = d.over(Pressed{TicketRecord: on, CardState: dec.State, CardTurn: dec.Turn}, set)
	}
	n := cards.Notice{Event: on.Event, Reader: ticket.RoleWaiting, Trail: on.Trail}
	card := cards.Nothing(n, dec.Action, why, set)
	if dec.Status == Failed {
		card = cards.Unconfirmed(n, dec.Action, set)
	}
	return d.Teller.Tell(ctx, dec.Channel, dec.Address, Message{
		Card: card, Language: dec.Language, Notice: dec.ID, Thread: dec.Ticket,
	})
}

// nudge has the people the ticket waits for reminded, if the creator pressed.
func (d *Decider) nudge(ctx context.Context, u ticket.User, card Pressed) (Answer, error) {
	t := card.Event.Ticket
	switch {
	case d.Nudge == nil:
		return refused(cards.OnPlatform()), nil
	case !t.Creator.Same(u.Person):
		return refused(cards.NotCreator()), nil
	case !t.Status.Waiting():
		return refused(cards.NothingWaits()), nil
	}
	again, err := d.Nudge.Nudge(ctx, card.TicketRecord, u.Person)
	if errors.Is(err, ErrConflict) {
		s, err := d.Settings.Settings(ctx)
		return refused(cards.RemindedAlready(again, s.CardsFor(u), d.Now())), err
	}
	if err != nil {
		return Answer{}, err
	}
	return Answer{ToneDone, cards.Done(cards.Remind)}, nil
}
