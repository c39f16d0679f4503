-- +goose Up

-- How many messages went to people on a channel in a calendar day, where one is limited.
CREATE TABLE days (
    channel TEXT NOT NULL,
    day     TEXT NOT NULL,
    used    BIGINT NOT NULL,
    PRIMARY KEY (channel, day)
);

-- +goose Down
DROP TABLE days;
