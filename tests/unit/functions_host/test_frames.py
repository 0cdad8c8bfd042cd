"""The wire between host and worker."""

import socket
import threading

from hypothesis import given
from hypothesis import strategies as st

from local.functions_host.worker.frames import Body, Decoder, encode
from local.functions_host.worker.link import HostLink

bodies = st.dictionaries(
    st.text(max_size=4), st.one_of(st.text(), st.binary(), st.integers(-(2**63), 2**64 - 1), st.none())
)


@given(st.lists(bodies, max_size=4), st.integers(1, 40))
def test_messages_arrive_whole_however_the_stream_is_cut(sent: list[Body], size: int) -> None:
    stream = b"".join(encode("invocationRequest", body) for body in sent)
    decoder = Decoder()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    received = [message for piece in pieces for message in decoder.feed(piece)]
    assert received == [("invocationRequest", body) for body in sent]


def test_text_that_no_encoding_has_arrives_too() -> None:
    body: Body = {"message": "a file named \udcff"}
    assert list(Decoder().feed(encode("rpcLog", body))) == [("rpcLog", body)]


def test_many_threads_send_without_mixing_or_losing_frames() -> None:
    ours, theirs = socket.socketpair()
    link = HostLink(theirs)
    threads = [
        threading.Thread(target=lambda n=n: [link.send("rpcLog", {"n": n, "of": i}) for i in range(200)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    decoder, received = Decoder(), list[Body]()
    while len(received) < 800:
        received += [body for _, body in decoder.feed(ours.recv(1 << 16))]
    for thread in threads:
        thread.join()
    ours.close()
    theirs.close()
    for n in range(4):
        assert [body["of"] for body in received if body["n"] == n] == list(range(200))
