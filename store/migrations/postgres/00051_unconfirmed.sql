-- +goose Up

-- New addresses that their owners have yet to confirm with a code. mac is that of the code
-- under the master key, was the address that holds until then.
CREATE TABLE unconfirmed (
    username   TEXT NOT NULL REFERENCES users (username) ON DELETE CASCADE,
    field      TEXT NOT NULL,
    value      TEXT NOT NULL,
    was        TEXT NOT NULL,
    mac        BYTEA NOT NULL,
    channel    TEXT NOT NULL,
    sent_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    tries_left BIGINT NOT NULL,
    PRIMARY KEY (username, field)
);

-- When codes were sent to whom, for an hour.
CREATE TABLE codes_sent (
    username TEXT NOT NULL REFERENCES users (username) ON DELETE CASCADE,
    sent_at  BIGINT NOT NULL
);
CREATE INDEX codes_sent_username ON codes_sent (username, sent_at);

-- +goose Down
DROP TABLE codes_sent;
DROP TABLE unconfirmed;
