"""Convert httpcore's errors to `Failure`, with a description in words."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore
from socksio import SOCKSError

from ingest.fetch.exchange import Failure


@contextmanager
def as_failures() -> Iterator[None]:
    """Raise errors of httpcore, and of the libraries below it, as `Failure`."""
    try:
        yield
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
        SOCKSError,
        OSError,
    ) as error:
        raise Failure(
            describe(error),
            connection_refused=any(isinstance(c, ConnectionRefusedError) for c in _causes(error)),
            is_timeout=isinstance(error, httpcore.TimeoutException),
            fell_silent=isinstance(error, httpcore.ReadTimeout),
        ) from error


def describe(error: BaseException) -> str:
    """Describe an error in words, from the most precise of its causes."""
    for cause in _causes(error):
        if (known := _describe_cause(cause)) is not None:
            return known
    if isinstance(error, httpcore.TimeoutException):
        return _TIMEOUTS.get(type(error), "it took too long")
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


_TIMEOUTS: dict[type[BaseException], str] = {
    httpcore.ConnectTimeout: "no connection in time",
    httpcore.ReadTimeout: "the server fell silent",
    httpcore.WriteTimeout: "the server does not take the request",
}


# Matches the message "peer closed connection without sending complete message body (received 10
# bytes, expected 20)".
_CUT = re.compile(r"complete message body \((.*)\)")


def _describe_cause(cause: BaseException) -> str | None:
    match cause:
        case socket.gaierror(errno=socket.EAI_AGAIN):
            return "DNS: the name service does not answer"
        case socket.gaierror():
            return "DNS: no such host"
        case ssl.SSLCertVerificationError():
            return f"TLS: the certificate is not valid: {cause.verify_message}"
        case ssl.SSLError():
            return f"TLS: {cause.reason or cause}"
        case OSError(errno=int(number)):
            return os.strerror(number).lower()
        case httpcore.ProxyError() | SOCKSError():
            return f"the proxy failed: {cause}"
        case httpcore.ProtocolError():
            return _describe_protocol_error(cause)
        case _:
            return None


def _describe_protocol_error(error: httpcore.ProtocolError) -> str:
    if isinstance(error, httpcore.LocalProtocolError):
        # The error's message contains the header that could not be sent, which may be a secret.
        return "not asked: a header of ours cannot be sent, such as one of several lines"
    if cut := _CUT.search(str(error)):
        return cut[1]
    if "without sending a response" in str(error):
        return "the server closed the connection without an answer"
    return f"not HTTP as it should be: {error}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the causes of an error, beginning with the original cause.

    httpcore's pool breaks the chain of causes (`raise … from None`), but its errors have their
    cause as an argument. anyio groups the failures of several addresses.
    """
    below = error.__cause__ or next((a for a in error.args if isinstance(a, BaseException)), None)
    if isinstance(error, BaseExceptionGroup):
        below = error.exceptions[0]
    if below is not None and below is not error:
        yield from _causes(below)
    yield error
