package notify

// Preferences are how somebody likes the pages to be.
type Preferences struct {
	// HiddenColumns are the columns left out of the list of deliveries.
	HiddenColumns []string `json:"hidden_columns"`
	// FirstStepsHidden is true when the first steps are known and no longer shown.
	FirstStepsHidden bool `json:"first_steps_hidden"`
	// Theme is "light", "dark" or "auto", "" when nobody chose: then each browser has its own.
	Theme string `json:"theme"`
}

// Columns are those of the list of deliveries that can be left out.
func Columns() []string { return []string{"headline", "person", "channel", "attempts", "took"} }
