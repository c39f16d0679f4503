-- +goose Up

-- turn counts what a ticket has asked people so far: each event that moves it begins
-- another. A card decides the turn it was made for, and no other.
ALTER TABLE tickets ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;

-- A press finds its card by the message, and so does a code of WeCom that came with one.
CREATE INDEX deliveries_message ON deliveries (message_id) WHERE message_id <> '';

-- due_at is when the decision is looked at next, 0 once nothing is left to do.
CREATE TABLE decisions (
    id         TEXT PRIMARY KEY,
    ticket_id  TEXT NOT NULL REFERENCES tickets (id),
    turn       BIGINT NOT NULL,
    state      TEXT NOT NULL,
    action     TEXT NOT NULL,
    username   TEXT NOT NULL,
    name       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    channel    TEXT NOT NULL,
    address    TEXT NOT NULL,
    press_id   TEXT NOT NULL,
    language   TEXT NOT NULL,
    status     TEXT NOT NULL,
    message    TEXT NOT NULL,
    shown      BOOLEAN NOT NULL,
    tell       BOOLEAN NOT NULL,
    attempts   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    deadline   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX decisions_press ON decisions (channel, press_id);
CREATE UNIQUE INDEX decisions_one ON decisions (ticket_id, turn) WHERE status IN ('asking', 'pending', 'decided');
CREATE INDEX decisions_due ON decisions (due_at) WHERE due_at > 0;
