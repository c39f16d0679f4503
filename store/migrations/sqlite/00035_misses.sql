-- +goose Up

-- Whom a provider did not find, by the address it was asked for: only addresses of
-- people on record, and only of the app that was asked last.
CREATE TABLE misses (
    channel   TEXT NOT NULL,
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    app       TEXT NOT NULL,
    missed_at BIGINT NOT NULL,
    times     BIGINT NOT NULL,
    PRIMARY KEY (channel, kind, value)
);
