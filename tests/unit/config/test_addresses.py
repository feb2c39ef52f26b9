import pytest
from pydantic import TypeAdapter, ValidationError

from pictured.config.addresses import Address, DatabaseAddress, LoopbackAddress

ADDRESSES: TypeAdapter[Address] = TypeAdapter(LoopbackAddress)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9464", "127.0.0.1", 9464),
        ("127.1.2.3:1", "127.1.2.3", 1),
        ("[::1]:65535", "::1", 65535),
        ("localhost:80", "127.0.0.1", 80),
    ],
)
def test_an_address_of_this_machine_is_taken(text: str, host: str, port: int) -> None:
    found = ADDRESSES.validate_python(text)

    assert found == Address(host, port)
    assert ADDRESSES.validate_python(str(found)) == found
    assert ADDRESSES.validate_python(found) is found
    assert ADDRESSES.dump_python(found) == str(found)


@pytest.mark.parametrize("text", ["0.0.0.0:9464", "[::]:9464", "192.168.1.5:9464", "8.8.8.8:1", "[::ffff:10.0.0.1]:1"])
def test_one_that_others_can_reach_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ValidationError, match=r"can be reached from other machines; name a loopback address"):
        ADDRESSES.validate_python(text)


@pytest.mark.parametrize(
    "text", ["9464", ":9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "host:1", 9464, "x:²"]
)
def test_what_is_no_address_is_told(text: object) -> None:
    with pytest.raises(ValidationError, match=r"expected an address of this machine and a port"):
        ADDRESSES.validate_python(text)


@pytest.mark.parametrize("text", ["postgresql://me@server/db", "postgres:///db?host=/run/postgresql&service=x"])
def test_an_address_of_a_database_is_taken_as_it_is(text: str) -> None:
    assert TypeAdapter(DatabaseAddress).validate_python(text) == text


@pytest.mark.parametrize("text", ["mysql://me:s3cret@server/db", "server s3cret", "/var/lib/s3cret"])
def test_what_is_no_address_of_a_database_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="expected the address of a database") as failed:
        TypeAdapter(DatabaseAddress).validate_python(text)
    assert "s3cret" not in failed.value.errors()[0]["msg"]
