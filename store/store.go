package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"ticketbell/notify"
)

// The store is what notify asks for.
var (
	_ notify.Ledger = (*Store)(nil)
	_ notify.Queue  = (*Store)(nil)
	_ notify.Flows  = (*Store)(nil)
	_ notify.People = (*Store)(nil)

	_ notify.Decisions = (*Store)(nil)
	_ notify.Platforms = (*Store)(nil)
)

// Config says where the store keeps things and with what it seals secrets.
type Config struct {
	// URL is "sqlite:PATH" or "postgres://…".
	URL string
	// Key is the 32-byte master key that secrets are sealed with.
	Key []byte
	// Now is the clock; nil is time.Now. When something is due, and when a lease runs
	// out, PostgreSQL's own clock says.
	Now func() time.Time
	// Linger is how long SQLite may let outcomes of deliveries wait, so that those of
	// many are written to the disk together. 0 writes each at once.
	Linger time.Duration
	// Log hears of a lost connection to PostgreSQL; nil is slog.Default.
	Log *slog.Logger
}

// Store keeps everything ticketbell must not forget. It is safe for use by many goroutines.
type Store struct {
	engine engine
	read   querier
	words  dialect
	keys   keyring
	bells  bells
	clock  clock
	news   *news
	people *acquaintances
	fresh  *fresh
	now    func() time.Time

	witness *witness
}

// Open opens the database, brings its tables up to date and checks that cfg.Key
// opens the secrets in it: [ErrOtherKey] when it does not. The store must be closed.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	keys, err := newKeyring(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Store{keys: keys, bells: newBells(), news: newNews(), people: newAcquaintances(), fresh: &fresh{max: maxFresh}, now: cfg.Now}
	s.witness = newWitness(cfg.Now, s.probe) //nolint:contextcheck // what it begins ends with Close
	if err := s.connect(ctx, cfg); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	err = s.checkKey(ctx)
	if err == nil {
		err = s.sortLeft(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context, cfg Config) error {
	if path, ok := strings.CutPrefix(cfg.URL, "sqlite:"); ok {
		db, err := openSQLite(ctx, path, cfg.Linger)
		if err != nil {
			return err
		}
		s.engine, s.read, s.words, s.clock = db, db.reader, sqliteWords(), ownClock(s.now)
		return nil
	}
	if !strings.HasPrefix(cfg.URL, "postgres://") && !strings.HasPrefix(cfg.URL, "postgresql://") {
		return errors.New(`the database URL must begin with "sqlite:" or "postgres://"`)
	}
	db, err := openPostgres(ctx, cfg.URL, s.bells, s.news, cmp.Or(cfg.Log, slog.Default()))
	if err != nil {
		return err
	}
	s.engine, s.read, s.words, s.clock = db, reader{db.pool}, postgresWords(), serverClock
	return nil
}

// Close lets the writes that have begun finish and closes the database.
func (s *Store) Close() error {
	s.witness.close()
	if err := s.engine.close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Ping asks the database for an answer.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.read.QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	return nil
}

// write runs do in a transaction. When it returns nil, what do wrote is on disk
// and whoever waits here for the channels it woke has been told.
func (s *Store) write(ctx context.Context, do func(context.Context, *txn) error) error {
	return s.writeBy(ctx, s.engine.write, do)
}

// writeSoon is write for what nobody waits for, see [engine].
func (s *Store) writeSoon(ctx context.Context, do func(context.Context, *txn) error) error {
	return s.writeBy(ctx, s.engine.writeSoon, do)
}

type writing func(ctx context.Context, do func(context.Context, querier) error) error

func (s *Store) writeBy(ctx context.Context, by writing, do func(context.Context, *txn) error) error {
	var done *txn
	err := by(ctx, func(ctx context.Context, q querier) error {
		tx := &txn{querier: q, words: s.words, clock: s.clock, people: s.people, fresh: s.fresh}
		if err := do(ctx, tx); err != nil {
			return err
		}
		done = tx
		return nil
	})
	s.witness.note(err)
	if err != nil {
		return err
	}
	s.announce(done)
	return nil
}

// announce tells of what is on disk now.
func (s *Store) announce(tx *txn) {
	s.people.meet(tx.met)
	if len(tx.woken) > 0 {
		s.bells.ring(tx.woken)
		s.engine.tell(tx.woken)
	}
	if len(tx.changed) > 0 {
		s.news.add(tx.changed)
		s.engine.spread(tx.changed)
	}
}
