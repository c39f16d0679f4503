package sandbox

import (
	"io"
	"net/http"
	"time"
)

// stream tells a page, by server-sent events, that the devices show something
// else now: "data: changed". Changes in quick succession may be told as one; what
// the page fetches afterwards holds them all. The stream ends with the request:
// give the server a BaseContext that ends at shutdown.
func (d *door) stream(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{}) // the server's limit is for answers that end
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")

	beat := time.NewTicker(d.Heartbeat)
	defer beat.Stop()
	changed := d.Box.Changed() // taken before the first line: what the page fetches on it is not missed
	for line := ": watching"; ; {
		if _, err := io.WriteString(w, line+"\n\n"); err != nil {
			return
		}
		if err := control.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			line = ": still watching"
		case <-changed:
			changed = d.Box.Changed()
			line = "data: changed"
		}
	}
}
