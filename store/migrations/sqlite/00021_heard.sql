-- +goose Up

-- What people wrote to the bot and was answered: a provider hands in the same again.
CREATE TABLE heard (
    channel  TEXT NOT NULL,
    id       TEXT NOT NULL,
    heard_at BIGINT NOT NULL,
    PRIMARY KEY (channel, id)
);
CREATE INDEX heard_at ON heard (heard_at);
