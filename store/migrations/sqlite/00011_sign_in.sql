-- +goose Up

-- hash is argon2id's own form, with its salt and costs.
CREATE TABLE passwords (
    username   TEXT PRIMARY KEY REFERENCES users (username) ON DELETE CASCADE,
    hash       TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Wrong passwords, also for names nobody has: who exists must not show.
CREATE TABLE sign_in_failures (
    name         TEXT PRIMARY KEY,
    failed       INTEGER NOT NULL,
    locked_until BIGINT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_at ON sign_in_failures (at);

-- One-time links with which a password is set. username is '' for the first
-- administrator, who is not known yet. hash is that of the link's secret.
CREATE TABLE set_up_links (
    hash       TEXT PRIMARY KEY,
    username   TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- token is hashed, data is the library's own form.
CREATE TABLE sessions (
    token      TEXT PRIMARY KEY,
    data       BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
