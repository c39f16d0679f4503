package notify

// DeliveryFilter picks deliveries. A field left empty picks all.
type DeliveryFilter struct {
	// Ticket is a ticket's id, or its key on the platform.
	Ticket string
	// Person is the key of the person.
	Person  string
	Channel Channel
	Status  Status
	EventID string
	// Query is looked for in the ticket's key and title, the person, the code and the reason.
	Query string
	// Limit is how many to return at most, 1 to 200; 0 means 50.
	Limit int
	// Cursor is where the previous page ended, "" for the first page.
	Cursor string
}
