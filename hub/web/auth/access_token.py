"""Check that a token of an agency's issuer is an access token, and no other kind of token.

RFC 9068 has a `typ` of its own for that. Many providers write `JWT` instead, as into their ID
tokens; if the registry allows that for an issuer, the claims must show the difference.
"""

from collections.abc import Mapping
from typing import Any, Final

from hub.domain.identity.clients import Issuer, TokenType
from hub.web.auth.jwt import InvalidToken, UnverifiedToken, check_type

ACCESS_TOKEN_TYPE: Final = TokenType.AT_JWT.value
OTHER_TOKEN_CLAIMS: Final = ("nonce", "at_hash", "c_hash", "s_hash", "events")
"""Claims of ID tokens (OpenID Connect Core, 2 and 3.3.2.11), logout tokens and security events."""
REQUIRED_CLAIMS: Final = ("jti", "client_id")
MAX_CLAIM_LENGTH: Final = 255
USE_CLAIMS: Final = {"typ": ("bearer",), "token_use": ("access",)}
"""Claims that name the kind of a token (Keycloak, Cognito), and the value of an access token."""


def check_is_access_token(token: UnverifiedToken, issuer: Issuer) -> None:
    """Raise `InvalidToken` unless a token has the type that the issuer is registered with."""
    if issuer.token_type is TokenType.AT_JWT:
        check_type(token, ACCESS_TOKEN_TYPE)
    else:
        check_type(token, ACCESS_TOKEN_TYPE, issuer.token_type.value)
    if token.type == ACCESS_TOKEN_TYPE:
        check_required_claims(token.claims)
    else:
        check_claims(token.claims)


def check_required_claims(claims: Mapping[str, Any]) -> None:
    """Raise `InvalidToken` unless a token names itself and its client (RFC 9068, section 2.2)."""
    for name in REQUIRED_CLAIMS:
        text = claims.get(name)
        if not isinstance(text, str) or not 0 < len(text) <= MAX_CLAIM_LENGTH:
            raise InvalidToken(f"{name} must be a string of 1 to {MAX_CLAIM_LENGTH} characters")


def check_claims(claims: Mapping[str, Any]) -> None:
    """Raise `InvalidToken` if the claims are those of an ID token or of another kind of token."""
    for name in OTHER_TOKEN_CLAIMS:
        if name in claims:
            raise InvalidToken(f"the token is no access token: it has the claim {name}")
    for name, accepted in USE_CLAIMS.items():
        if name in claims and str(claims[name]).lower() not in accepted:
            raise InvalidToken(f"the token is no access token: its claim {name} names another kind")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    for name in ("azp", "client_id"):
        if name in claims and claims[name] in audiences:
            raise InvalidToken(f"the token is no access token: aud is its own client ({name})")
