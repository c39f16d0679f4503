package oidc

// Channel is the name of the provider among the simulators.
const Channel = "oidc"

// The faults, each at the point where a real provider would show it.
const (
	discoveryDown = "discovery_down" // 503 instead of the description
	discoverySlow = "discovery_slow" // no description until whoever asks gives up
	otherIssuer   = "other_issuer"   // the description is another provider's
	plainToken    = "plain_token"    // the token endpoint is one of plain http elsewhere
	moved         = "moved"          // the description is said to be on another machine
	denied        = "denied"         // error=access_denied comes back instead of a code
	gaveUp        = "gave_up"        // error=server_error comes back instead of a code
	otherState    = "other_state"    // the code comes back with another state
	wrongSecret   = "wrong_secret"   // invalid_client at the token endpoint
	usedCode      = "used_code"      // invalid_grant, with the code in its description
	tokenDown     = "token_down"     // 503 at the token endpoint
	tokenSlow     = "token_slow"     // no answer there until whoever asks gives up
	noIDToken     = "no_id_token"    // an access token alone
	wrongNonce    = "wrong_nonce"    // the ID token is of another sign-in
	wrongAudience = "wrong_audience" // the ID token is for another client
	wrongParty    = "wrong_party"    // it is for us and another, and was issued to the other
	wrongIssuer   = "wrong_issuer"   // the ID token is by another provider
	expired       = "expired"        // it ended a minute ago
	wrongKey      = "wrong_key"      // a key that is not ours signed it
	noSignature   = "no_signature"   // alg is none
	sharedSecret  = "shared_secret"  // alg is HS256, with the public key as its secret
	noSubject     = "no_subject"     // it names nobody
	otherAccess   = "other_access"   // at_hash is that of another access token
	keysDown      = "keys_down"      // 503 instead of the keys
	otherPerson   = "other_person"   // userinfo is about somebody else
	personDown    = "person_down"    // 503 at userinfo
)

// FaultNames lists the faults the provider knows.
func FaultNames() []string {
	return []string{
		discoveryDown, discoverySlow, otherIssuer, plainToken, moved, denied, gaveUp, otherState, wrongSecret, usedCode,
		tokenDown, tokenSlow, noIDToken, wrongNonce, wrongAudience, wrongParty, wrongIssuer, expired, wrongKey, noSignature,
		sharedSecret, noSubject, otherAccess, keysDown, otherPerson, personDown,
	}
}
