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
    "a creation that is gone on with for another template is still linked to what it was made from": (
        "eNrNU01PwzAM_S8-B7R2AqH8jR0RmpzGXaOmSZWPwTbtv-O0XTmOiQu357xn-"
        "9lyLhCJNMi6eq0FxKYjnS2B3AhoLR59DiDBOOe1AgHkDsZRBFkJUJiabh_NmdU1y2MyTV9YpjfPWwEWDwUx1WFMtOBo_ecNdrltL"
        "em99U3PWS3aSAIGNBbkBayPaVFqn5UtNqfI4lpNk8XThK8C_EgBk_GOa71f4EhBsfkmUNELSDSMcyqTDgcGgOX9NBa4M4OUOwqcx"
        "o9HtLm8nhjPMwIjLqVL8Q82YVy_QGwT50ywZe9x1saUlfLBrXON3haOna7t1b3253vteYKHHdSbKwsDBwqbfmWXIk9VMbgsL4_6D"
        "8v7-jfLqx7pv17MbxeYQv7Z39tEtphtmu-Qb3_kH7N94dM2sUMOQAc0jjvg4LMrVz4VpBFNuH2E6zcVVyK5"
    ),
    "of several things to be given back one that can't be doesn't keep the others": (
        "eNrFVclu2zAQ_RVjzmwhy4Ed6DcC5FIUwYiiLMIUyXJxahv-"
        "9w4lVVFSJ46zNLcnzvZm0xzAC1FBsZivrhl43ogqKkHfDGqFWxMdFGCND2sn_C8FDIReSy08FHMGJQbe3Hm5J4uczIPkmyQkafY9"
        "Y6BwPaAGfRAD9srcJ0gOfBPrWonqThm-IasalRcMWpQKigMoCjwYVSaWKjEdHI_eKqFw1-EjA2OFwyCNJl8_DrAVriT-"
        "3ImkzyCI1vamJNTYEoDufWcTvJFtUdwIR2b0uEUV0-uecJ8iECJXVXL-k0hIvRkg1oFsOlgTd9_r-"
        "hDL0jg95mWNSrKcqI7xq3Pxd-fiUwqXUziSniNcIt-MwsHHt3niNxQv2uodxdt9cfHuP6d4DwzwCYPbLvDJ6Vk8w6C6nEH2Uvuus"
        "9e272n5bo2Krfjc2X-hdv907_eHh58ODz_TuvOL96bOsddvzyX5UzXfNDs6KjV6ybPsw1Z_-8Wrv_8P_83g4sPeLaa1SzqzTulR-"
        "Z4v_bzrS41Rhf540cG0UCyXdA6lb9CmnB1KTQ6xNVGHYZh6vdVqosdjmHVuZ9y0rQynTfJ88djmtNpVdjVRs-"
        "iCTBd2orzsR0pYlO7vET_-AYK4oBw="
    ),
    "a creation for an older template fails when it is gone on with: the newer one is not to blame": (
        "eNrFkNtOwzAQRP9lnw1KqBBVfqMSLwhVm2TTWN3YkS-Ftsq_s07TUJBAXIR4G3t3xsdzBE9UQ3GzvF3cKfBVS3VkgiLPFTSMOxsdFKCNsXUJCs"
        "hstCEvBgUlhqpde32g8eiDrrZpKNPseqGAcZNUpqBFH2jSnu3TWbaxaZjqNdtqK64G2ZOCDjVDcQS2PkybtY0lJ87xxDin1cS4H_WgwPbkMGhr"
        "JOvhCDtypbBXjtK-gkBdf7LK0GAnAjDd7_skV7orihU5scnlDjmm273o0xdBlETVKfxRILTZThKbIJ5RNsLu06MtVdtkDbEsrTPz53rLaSEf1M"
        "xQvmO4txw7umB4_hnDJ89ng-w50SUK5nk4ZVyNcFN7sa9_0d7hD8i_Udzhr4sLLr72lmdf7e3_wU1kniMWl-AVmor4LfjH1uWY22DkMGE56lE7"
        "f-pmeAERUGKx"
    ),
    "who waits for a creation that was gone on with is woken when it is complete, though it looks again": (
        "eNrNVNtqwzAM_Rc9eyPtw-jyG4W9jFHsWGlMFTv40tGW_vvkxg3roNCywfp2rCMdHSkoBwiIGurZ_HXxMhMQmg51IuQIv1qSW5c81GCsdVqBAL"
        "RrYzEwL0DJ2HSrYPacPufaaJpNJpmtnisBJNcFdTJELDiQ-zzDLrUtoV6RazZc1UoKKKCXhqA-ALkQS6Z2SVE2WoQnNY0kdyd8FOAG9DIaZ1nr"
        "_QBb9Iq9Nx5zvoCI_TCWMmllzwBkju-GDJemr-slei7j4FZSytE943FEYMRSOot_sAljNwXKNnLNCbbsPYy5ISalnLfTXIOjzLHTqb360f7NUe"
        "rxW_vdHe15mNsczKsjJ3p-KNlsJrboPM2ywbK8NOjry_tT9zdbF__78S42ZxPRJLGobl3cgxl_bN_Xr-X-9uOJ_Gpzl8eyOLGtTBRLK4-DNP78"
        "Nzt-Aevpsbc="
    ),
    "the connection breaks while a nested stack's template is stored": (
        "eNrNk9tuwjAMhl8F-bqbCjtI62sg7QYhlKQujZrTmoQNUN99Tls6xg3r3e7-OPafz5F9Bo9YQvGSP7_mGXhRYxkVQkGHSrGDjS0U"
        "4KwP-xb9h4IM0OylQQ_FUwacBVHvvDxRxSrVBymadEvX-SMFFNuPqmY-4Ki9sp8XWceqUljulBUNVVVMecxAM6mgOIOil8fM0kau"
        "EutoPLmVqNix110G1mHLgrSGvDZnOGDLqQHRYsrPIKB2QyldGqZJgE_xo0tyLXVRrAMTDcUOTMUU_CI9tAikyKlM3ltikKYZJasC"
        "0k9tgAOdKqL3Q7oPkXPbmqkzZ1W6I25pTF8zgYhbEGyJ_4rkNIPkbxjLH4xtl00k7Ibk3aqocQ4JNTMbZpVf01zzlP_mZ_g9krvT"
        "Qs3M_5lfH0O2FOZpSi95o93DsusNowrD_NPOOSjeaFW19DVzacpiWPTpC2G1loGeZdpGk_as90bHZHtZxe4bkzZL8w=="
    ),
    "a check that doesn't look at what has to be resumed first has found no damage (the simulator's own)": (
        "eNrVVdtO4zAQ_Zd5DsgpRYX8BtK-rBBy4kljxbEjX9otVf-dcR1CQCpNgdVq3048Z47OzNiZPThEAcUNW94t7zNwVYMiKISCZVAr"
        "vjHBQgFSayNKyAD1Wmp0UCwyKLmvmicnn_H46bys2hikKLumdMXXA2q48zhgp8w2wpxgE-paoXhSpmopq-bKYQYdlwqKPSjj_JAk"
        "TChV9DkIj2oCFd8d8SED06PlXhpNWr_3sEFbkvfKYuRn4LHrUyoFNe8IAI_nuz7CB9kVxQNaSqPDDVchnv4hnEoEQiQlovgjmZC6"
        "HSCvPeUcYU3eXeI6H8rSWD3W1RsVY-Sa2pkSDtnoBD84-WVU6HDiZHeBE6rrW2bEubY8nzOTHIx-cKaffOqHUiwdl7xqR96geEXE"
        "xpjXujupg4_XksUihsGHXvwPg_9ir1ODv2wm_1u3kOr5Xmc-mTo7P3QXXI9avJ_6O0kdlLroHtEvkfJmCt6xHxac4_DCom9meLTo"
        "0uD_lcnTksc7FZRPf3naLD0Uq1WkuIYTBhM8X0fvvDNB0w7Jo41EzBf5hOm8le2UySbM1e1M5iJnE6agNxEX2gnucsot6QGdIC7Z"
        "_afE2DnsubTUBm9DfCTabTF-7ilSB_e2L98Wqd_KCl_3JWlbqdep8YcXummOtg=="
    ),
}


@pytest.mark.parametrize("word", STORIES.values(), ids=[name.replace(" ", "-") for name in STORIES])
def test_a_story_that_went_wrong_once(word: str) -> None:
    assert play(unpacked(word)).violations == []
