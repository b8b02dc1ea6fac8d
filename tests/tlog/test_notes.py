"""Notes, checkpoints, cosignatures and proof files: published examples, another implementation, what is refused."""

import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tlog.logs import Log, numbered
from xinshu.tlog import checkpoint, proof, verify
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import (
    COSIGNATURE,
    ED25519,
    BadNote,
    BadSignature,
    Signature,
    VerifierKey,
    cosign,
    opened,
    parse,
    parse_signatures,
    sign,
    signed,
    verifier_key,
)

# The example of golang.org/x/mod/sumdb/note, signed by two keys.
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
SIGNED = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    + "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# The example of c2sp.org/tlog-cosignature: its form, since its keys are not told.
BEHIND_THE_SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def check(public: bytes, value: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(value, message)
    except InvalidSignature:
        return False
    return True


PRIVATE = [Ed25519PrivateKey.from_private_bytes(bytes(range(first, first + 32))) for first in range(3)]
LOG, OTHER, WITNESS = (
    VerifierKey(name, kind, private.public_key().public_bytes_raw())
    for private, (name, kind) in zip(
        PRIVATE,
        [("xinshu.example/log", ED25519), ("xinshu.example/log", ED25519), ("witness.example/w", COSIGNATURE)],
        strict=True,
    )
)


def by_log(text: str) -> Signature:
    return sign(text, LOG, PRIVATE[0].sign)


def by_witness(text: str, timestamp: int = 1_700_000_000) -> Signature:
    return cosign(text, WITNESS, PRIVATE[2].sign, timestamp=timestamp)


def test_a_published_note_is_opened_by_either_key() -> None:
    note = parse(SIGNED)
    assert str(note) == SIGNED
    for keys in ([PETER], [ENOCH], [PETER, ENOCH]):
        found = opened(note, [verifier_key(key) for key in keys], check)
        assert [signature.name for signature in found] == [key.split("+")[0] for key in keys]
    assert str(verifier_key(PETER)) == PETER


def test_a_published_checkpoint_is_read() -> None:
    note = parse(BEHIND_THE_SOFA)
    assert str(note) == BEHIND_THE_SOFA
    told = checkpoint.parse(note.text)
    assert (told.origin, told.size) == ("example.com/behind-the-sofa", 20852163)
    assert told.text == note.text
    (_, witness) = note.signatures
    assert int.from_bytes(witness.value[:8]) == 1679315147


def test_another_implementation_verifies_our_checkpoint(tmp_path: Path) -> None:
    """OpenSSL, given the public key and the text."""
    told = Checkpoint("xinshu.example/log", 8, bytes(32)).text
    (key, text, value) = (tmp_path / name for name in ("key.der", "text", "value"))
    key.write_bytes(bytes.fromhex("302a300506032b6570032100") + LOG.public)
    text.write_text(told, encoding="utf-8")
    value.write_bytes(by_log(told).value)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key, "-rawin", "-in", text]
    said = subprocess.run([*command, "-sigfile", value], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.strip()) == (0, "Signature Verified Successfully")


def test_unknown_keys_are_passed_over_and_known_ones_must_be_right() -> None:
    told = Checkpoint("xinshu.example/log", 1, bytes(32)).text
    note = signed(told, [sign(told, OTHER, PRIVATE[1].sign), by_log(told), by_witness(told)])
    assert [found.name for found in opened(note, [LOG, WITNESS], check)] == [LOG.name, WITNESS.name]
    with pytest.raises(BadSignature, match="no known key"):
        opened(note, [verifier_key(PETER)], check)
    forged = parse(str(note).replace("\n1\n", "\n2\n", 1))
    for key in (LOG, WITNESS):
        with pytest.raises(BadSignature, match=key.name):
            opened(forged, [key], check)


def test_a_witness_signs_when_it_saw_it() -> None:
    told = Checkpoint("xinshu.example/log", 1, bytes(32)).text
    found = by_witness(told)
    later = (1_700_000_001).to_bytes(8) + found.value[8:]
    assert WITNESS.kind == COSIGNATURE
    assert WITNESS.made(found.value, told, check)
    assert not WITNESS.made(later, told, check)
    assert not WITNESS.made(found.value[8:], told, check)
    assert not WITNESS.made(b"\xff" * 8 + found.value[8:], told, check)
    assert parse_signatures(found.line) == (found,)


@pytest.mark.parametrize(
    "content",
    [
        *("", "\n", "text\n", "text\n\n", "text\n\n— name\n", "text\n\n— name AAAAAA==", "text\n\n- name AAAAAAA=\n"),
        "text\n\n— na me AAAAAAA=\n",
        "text\n\n— na+me AAAAAAA=\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAAB=\n",
        "te\rxt\n\n— name AAAAAAA=\n",
        "te\txt\n\n— name AAAAAAA=\n",
        "text\n\n" + "— name AAAAAAA=\n" * 101,
        "text" * 20_000 + "\n\n— name AAAAAAA=\n",
    ],
)
def test_a_malformed_note_is_refused(content: str) -> None:
    with pytest.raises(BadNote):
        parse(content)


@pytest.mark.parametrize(
    "text",
    [
        *("", "origin\n", "origin\n1\n", "origin\n1\nAAAA\n"),
        f"origin\n01\n{b64encode(bytes(32)).decode()}\n",
        f"origin\n-1\n{b64encode(bytes(32)).decode()}\n",
        f"origin\n1\n{b64encode(bytes(32)).decode()}",
        f"origin\n1\n{b64encode(bytes(32)).decode()}\n\n",
        f"\n1\n{b64encode(bytes(32)).decode()}\n",
        f"origin\n9223372036854775808\n{b64encode(bytes(32)).decode()}\n",
        f"origin\n1\n{b64encode(bytes(32)).decode()[:-2]}B=\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        checkpoint.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "name", "name+1", "na me+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("PeterNeumann", "PeterNewmann"),
        PETER[:-1],
        str(VerifierKey("name", 2, bytes(32))),
    ],
)
def test_a_malformed_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        verifier_key(text)


@given(st.text(max_size=300))
def test_no_text_breaks_the_readers(text: str) -> None:
    for reader, refusal in (
        (parse, BadNote),
        (checkpoint.parse, BadNote),
        (verifier_key, BadNote),
        (proof.parse, proof.BadProof),
    ):
        try:
            reader(text)
        except refusal:
            continue


def a_proof() -> tuple[Log, proof.Proof]:
    log = Log()
    log.add(numbered(700))
    told = Checkpoint("xinshu.example/log", 700, log.growth.root()).text
    note = signed(told, [by_log(told)])
    return log, proof.Proof(300, tuple(proof.inclusion(300, 700, log.fetch)), str(note), b"extra")


def proven(content: str, entry: bytes) -> None:
    """What a stranger does with a file of proof."""
    found = proof.parse(content)
    note = parse(found.checkpoint)
    opened(note, [LOG], check)
    told = checkpoint.parse(note.text)
    verify.included(verify.leaf(entry), found.index, told.size, found.hashes, told.root)


def test_a_proof_travels_in_one_file() -> None:
    log, made = a_proof()
    assert str(made).startswith("c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 300\n")
    assert proof.parse(str(made)) == made
    proven(str(made), log.entries[300])
    with pytest.raises(verify.Refuted):
        proven(str(made), log.entries[301])


@settings(max_examples=1500)
@given(st.data())
def test_a_file_of_proof_with_one_character_changed_proves_nothing(data: st.DataObject) -> None:
    """But for the extra, which nobody signed, and what says nothing."""
    log, made = a_proof()
    content = str(made)
    start = content.index("index ")
    at = data.draw(st.integers(start, len(content) - 1))
    other = data.draw(st.sampled_from([c for c in "0123456789abcXYZ+/=\n —" if c != content[at]]))
    changed = content[:at] + other + content[at + 1 :]
    with pytest.raises((proof.BadProof, BadNote, BadSignature, verify.Refuted)):
        proven(changed, log.entries[300])
