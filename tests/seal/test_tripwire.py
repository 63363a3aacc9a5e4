"""What Python code is told that asks for the network. The filter of the system is not on here: only the tripwire."""

from __future__ import annotations

from tests.seal.tried import tried

SET = """
    from app.seal import tripwire
    tripwire.set_up(); tripwire.set_up()
"""


def test_python_is_refused_with_a_sentence() -> None:
    found = tried(SET + """
    import asyncio, http.client
    attempt("made", lambda: socket.socket(socket.AF_INET))
    attempt("made for datagrams", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
    attempt("look-up", lambda: socket.getaddrinfo("carrel.invalid", 80))
    attempt("old look-up", lambda: socket.gethostbyname("carrel.invalid"))
    attempt("backwards", lambda: socket.gethostbyaddr("198.51.100.1"))
    attempt("to a name", lambda: socket.create_connection(("carrel.invalid", 80), 1))
    attempt("http", lambda: http.client.HTTPConnection("198.51.100.1", timeout=1).request("GET", "/"))
    attempt("asyncio", lambda: asyncio.run(asyncio.wait_for(asyncio.open_connection("198.51.100.1", 80), 1)))
    attempt("by oneself", lambda: socket.create_server(("127.0.0.1", 0)))
    try: socket.socket()
    except PermissionError as error: found["says"] = error.strerror
    """)
    assert found.pop("says") == "Carrel is shut off from the network, and something in it asked for it"
    assert set(found.values()) == {"EPERM"}
    assert len(found) == 9


def test_a_socket_made_elsewhere_is_not_used() -> None:
    found = tried("""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    """ + SET + """
    attempt("connect", lambda: made.connect(("198.51.100.1", 9)))
    attempt("bind", lambda: made.bind(("0.0.0.0", 0)))
    attempt("send", lambda: made.sendto(b"x", ("198.51.100.1", 9)))
    attempt("send with more", lambda: made.sendmsg([b"x"], [], 0, ("198.51.100.1", 9)))
    made.close()
    """)
    assert set(found.values()) == {"EPERM"}


def test_local_sockets_and_pairs_are_left_alone() -> None:
    found = tried(SET + """
    import tempfile
    where = os.path.join(tempfile.mkdtemp(), "socket")
    def talk():
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
            server.bind(where); server.listen(); client.connect(where)
            with server.accept()[0] as other:
                client.sendall(b"a"); return other.recv(1)
    attempt("local", talk)
    attempt("pair", lambda: [end.close() for end in socket.socketpair()] and None)
    attempt("name of this computer", lambda: bool(socket.gethostname()))
    import asyncio
    attempt("event loop", lambda: asyncio.run(asyncio.sleep(0)))
    os.remove(where); os.rmdir(os.path.dirname(where))
    """)
    assert found == {"local": "ok b'a'", "pair": "ok None", "name of this computer": "ok True", "event loop": "ok None"}


# How Python makes a pair on Windows (Lib/socket.py), in short: the name and the file are what is looked at.
PAIR = """
def socketpair():
    with socket(AF_INET) as listening:
        listening.bind(("127.0.0.1", 0)); listening.listen()
        one = socket(AF_INET)
        one.setblocking(False)
        try: one.connect(listening.getsockname()[:2])
        except (BlockingIOError, InterruptedError): pass
        one.setblocking(True)
        other, _ = listening.accept()
    return one, other
def elsewhere():
    return socketpair.__wrapped__()
"""


def test_the_pair_of_windows_is_left_alone_and_only_that() -> None:
    found = tried(SET + f"""
    home = socket.socket.__init__.__code__.co_filename
    exec(compile({PAIR!r}, home, "exec"), socket.__dict__)
    def pair():
        one, other = socket.socketpair()
        one.sendall(b"a"); got = other.recv(1)
        one.close(); other.close()
        return got
    attempt("pair", pair)
    exec(compile({PAIR!r}, "library.py", "exec"), strange := dict(vars(socket)))
    attempt("of another module", lambda: strange["socketpair"]())
    exec(compile({PAIR.replace("127.0.0.1", "0.0.0.0")!r}, home, "exec"), socket.__dict__)
    attempt("to the outside", socket.socketpair)
    """)
    assert found == {"pair": "ok b'a'", "of another module": "EPERM", "to the outside": "EPERM"}


def test_it_is_a_tripwire_and_no_wall() -> None:
    """What its docstring says: native code is not seen by it."""
    found = tried(SET + """
    attempt("python", lambda: socket.socket(socket.AF_INET))
    attempt("C", lambda: plain_socket(socket.AF_INET))
    """)
    assert found == {"python": "EPERM", "C": "ok None"}
