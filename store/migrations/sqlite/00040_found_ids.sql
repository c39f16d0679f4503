-- +goose Up

-- Whom an id of an app was found for, by which address: who presses and writes is known by it
-- after a restart.
CREATE TABLE found_ids (
    channel  TEXT NOT NULL,
    app      TEXT NOT NULL,
    id       TEXT NOT NULL,
    email    TEXT NOT NULL,
    phone    TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (channel, app, id)
);
CREATE INDEX found_ids_found_at ON found_ids (found_at);

-- +goose Down
DROP TABLE found_ids;
