"""Stories that the simulator found, shrunk; each was a bug once. tools/simulate --replay WORD tells one."""

from __future__ import annotations

import pytest

from tests.simulator.explore import unpacked
from tests.simulator.simulation import play

STORIES = {
    "a creation left half-way by a stack that failed is not taken for what a later template wants": (
        "eNrdVMtO5DAQ_BXUZ4MyyQyH_AbSXhBCHaczsdKOgx_Dwmj-fduZkJ1FSLsI7YVbubuqXG1bPkIgaqHeVNutgqB7ahMT1DsFHePB"
        "JQ81TC7EvafwxKCAxr0ZKUBdKmgw6v4xmFdRbEQejR5yU7rFTaWAcZ9RoaDHEGnBgd3zG-"
        "xT1zG1j-z0IKoOOZACi4ahPgLLxguzdanhnHReMa5uLTG-zPikwE3kMRo3itf9EQ7kG8mvPWW-"
        "gkh2OkulOaIVAHP9Zcrwzti6viMvMikekFOu_hR8HhEEiVWbzR8khBmHBWIXRTPDTrKHMzfE1DTOj-tck-"
        "Pc25zUur3-8vYywacTFBcJ8G8JXj9MIMm_cgbFSXhecIN6WJuLx_V8Qsvtpan9FrdXfa_r-52geZfgh-Nk6X8_4fLdCxoT8-"
        "pRFnO3w8Tx_BXI9zNBXcm_Zk3oUbCUvBlyTrQujXEZaiHeXhB1ilez8ZV21pr4sWRzW31aU-"
        "62_xio3F1G1x5D_wcxnwVNaLyMG32i0y-2Ctbt"
    ),
    "the same, of a row that was left by an engine which then died": (
        "eNrNUstOw0AM_JXK54CalKIqv4HEBaHKmzjNKk522UehrfrveJsQwakg9cBtdmc8Hls-gSeqoVyvNvk6A1-"
        "1VEcmKIsMGsa9iQ5KsMaHnSP_xpABDTs9kIdylYHCULVbr49SkUt50FWXSGGX98Iz7hJaZtCiDzRhz-"
        "b9C7axaZjqLZuqk6oG2VMGPWqG8gQsjSdlbaLiFPXyYpzdamI8XPA5A2PJYdBmEK-XE-"
        "zJKclfOUr6DAL1diwVcsBeAKj0f7AJPum-LJ8Nxz6J98gx_X4IHkcEQWJVJ_NXCaGHboLYBHIjbCS7H7U-RKWMG-"
        "a5rOHEFRJ17l9f63-81l9G-HOE5Vl0TrDCqpvJyeMuT_mm5UVb32Z5-"
        "f_c3s1Xd3GJHMYTlLO3UD5u5Ki1b1GwfDndpYzYmzikA08DjcI8X_1SWRQP35RVDAtFjXG0qEzf6_CjKAUmi9pJpuAinT8B5V1BR"
        "Q=="
    ),
}


@pytest.mark.parametrize("word", STORIES.values(), ids=[name.replace(" ", "-") for name in STORIES])
def test_a_story_that_went_wrong_once(word: str) -> None:
    assert play(unpacked(word)).violations == []
