-- +goose Up

-- Who wants no more news of a ticket than they must have.
CREATE TABLE mutes (
    username  TEXT NOT NULL REFERENCES users (username) ON DELETE CASCADE,
    ticket_id TEXT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    muted_at  BIGINT NOT NULL,
    PRIMARY KEY (username, ticket_id)
);
CREATE INDEX mutes_ticket ON mutes (ticket_id);

-- +goose Down
DROP TABLE mutes;
