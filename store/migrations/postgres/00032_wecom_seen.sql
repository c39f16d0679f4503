-- +goose Up

-- What WeCom handed in: it hands in the same up to three times.
CREATE TABLE wecom_seen (
    id      TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
CREATE INDEX wecom_seen_at ON wecom_seen (seen_at);
