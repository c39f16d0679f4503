package ticket

// Role is why somebody is told of an event.
type Role string

// The roles of readers.
const (
	// RoleAssignee may act on the current step.
	RoleAssignee Role = "assignee"
	// RoleExecutor executes the change, or executed it.
	RoleExecutor Role = "executor"
	// RoleCreator asked for the change.
	RoleCreator Role = "creator"
	// RoleWaiting was asked to act and no longer has to.
	RoleWaiting Role = "waiting"
	// RoleNamed was named by the platform and has none of the other parts.
	RoleNamed Role = "named"
)

// Roles lists every role.
func Roles() []Role {
	return []Role{RoleAssignee, RoleExecutor, RoleCreator, RoleWaiting, RoleNamed}
}
