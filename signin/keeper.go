package signin

import (
	"context"
	"time"
)

// keeper lets scs keep its sessions with ours.
type keeper struct{ sessions Sessions }

func (k keeper) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return k.sessions.Session(ctx, token)
}

func (k keeper) CommitCtx(ctx context.Context, token string, data []byte, end time.Time) error {
	return k.sessions.PutSession(ctx, token, data, end)
}

func (k keeper) DeleteCtx(ctx context.Context, token string) error {
	return k.sessions.DeleteSession(ctx, token)
}

// scs asks for these too, and calls those above.

func (k keeper) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

func (k keeper) Commit(token string, data []byte, end time.Time) error {
	return k.CommitCtx(context.Background(), token, data, end)
}

func (k keeper) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }
