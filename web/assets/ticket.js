// Reads a ticket as the API answers it.

// ticketOf lays the answer flat: its id, trail and time beside the ticket's own fields.
export function ticketOf(answer) {
  const { ticket = {}, ...around } = answer;
  const flat = { ...ticket, ...around };
  return { ...flat, actions: flat.actions ?? choices(flat) };
}

// choices are what can be done now and by whom, where the answer does not say: the rules
// of ticket.Choices. The server stays the judge.
function choices(ticket) {
  const creator = names([ticket.creator]);
  const executors = names(ticket.executors);
  const actors = names(ticket.step?.assignees);
  const closers = [...new Set([...creator, ...executors])];
  const offer = (by, ...actions) => actions.map((action) => ({ action, by }));
  switch (ticket.status) {
    case "waiting_review":
      return [...offer(actors, "approve", "reject"), ...offer(closers, "cancel")];
    case "waiting_execution":
      return [...offer(actors, "start", "succeed", "fail", "complete", "reject"), ...offer(closers, "cancel")];
    case "executing":
      return offer(executors, "succeed", "fail");
    case "failed":
      return [...offer(executors, "start", "complete"), ...offer(closers, "cancel")];
    case "rejected":
      return [...offer(creator, "resubmit"), ...offer(closers, "cancel")];
    default:
      return [];
  }
}

const names = (people) => (people ?? []).map((p) => p?.username).filter(Boolean);
