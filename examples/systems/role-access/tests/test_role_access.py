"""The service as its users meet it: started for real, asked over HTTP."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import chartguard
import httpx
import pytest
from practice import Practice
from role_access.fields import Outbound, Withheld
from role_access.rules import rules
from role_access.settings import Settings
from shared.environment import table
from shared.testing import postgres

PLANTED = ("Achterberg", "219-09-9999", "4471203")
NOTE = (
    "PATIENT: Rosalind Achterberg, SSN 219-09-9999, MRN: 4471203\n\n"
    "SUBJECTIVE: Knee pain on stairs.\n\nPLAN: Gait training twice a week.\n"
)
EVERYBODY = ("admin", "manager", "carer", "pat-1", "pat-2", "biller")


def without_planted(*held: str | bytes) -> None:
    for one in held:
        data = one.encode() if isinstance(one, str) else one
        assert not [planted for planted in PLANTED if planted.lower().encode() in data.lower()]


def keep(practice: Practice, patient: str = "pat-1", by: str = "carer", text: str = NOTE) -> str:
    kept = practice.as_user(by).post("/notes", json={"patient": patient, "text": text})
    assert kept.status_code == 201, kept.text
    without_planted(kept.text)
    return kept.json()["note"]


def statuses(practice: Practice, ask: Any, who: tuple[str, ...] = EVERYBODY) -> dict[str, int]:
    return {id: ask(practice.as_user(id)).status_code for id in who}


def test_who_may_have_a_note_back(practice: Practice) -> None:
    id = keep(practice)
    found = statuses(practice, lambda user: user.post(f"/notes/{id}/restore"))
    # To another patient there is no such note.
    assert found == {"admin": 403, "manager": 403, "carer": 200, "pat-1": 200, "pat-2": 404, "biller": 403}
    assert practice.as_user("carer").post(f"/notes/{id}/restore").json() == {"note": id, "original": NOTE}
    missing = practice.as_user("pat-2").post("/notes/0123/restore")
    assert missing.json()["detail"] == practice.as_user("pat-2").post(f"/notes/{id}/restore").json()["detail"]

    events = practice.as_user("manager").get("/audit").json()
    restored = [(event["actor"]["id"], event["outcome"]) for event in events if event["action"] == "restore"]
    for expected in [("carer", "success"), ("pat-1", "success"), ("admin", "refused"), ("manager", "refused"), ("biller", "refused")]:
        assert expected in restored
    assert {"carer": ["care_provider"], "pat-1": ["patient"]}.items() <= {
        event["actor"]["id"]: event["actor"]["roles"] for event in events if event["action"] == "restore"
    }.items()
    without_planted(json.dumps(events))


def test_what_each_may_see_of_a_note(practice: Practice) -> None:
    id = keep(practice)
    seen = {who: practice.as_user(who).get(f"/notes/{id}") for who in EVERYBODY}
    fields = {who: sorted(answer.json()) for who, answer in seen.items() if answer.status_code == 200}
    working = ["author", "note", "rubric", "score", "text"]
    assert fields == {
        "admin": working,
        "manager": working,
        "biller": working,
        "carer": sorted([*working, "patient", "stored"]),
        "pat-1": ["note", "patient", "rubric", "stored", "text"],
    }
    assert seen["pat-2"].status_code == 404
    without_planted(*(answer.text for answer in seen.values()))


def test_an_export_holds_what_its_class_allows(practice: Practice) -> None:
    id = keep(practice)

    def export(*fields: str, patient: str | None = None) -> dict[str, int]:
        body = {"fields": fields, "patient": patient, "most": 1000}
        return statuses(practice, lambda user: user.post("/export", json=body))

    assert set(export("note", "text").values()) == {200}
    assert export("note", "score") == {**dict.fromkeys(EVERYBODY, 200), "pat-1": 403, "pat-2": 403}
    assert export("note", "original") == {**dict.fromkeys(EVERYBODY, 403), "carer": 200, "pat-1": 200, "pat-2": 200}
    assert export("note", patient="pat-1") == {**dict.fromkeys(EVERYBODY, 403), "carer": 200, "pat-1": 200}
    assert set(export("note", "token").values()) == {403}

    def rows(who: str, **body: Any) -> list[dict[str, Any]]:
        return practice.as_user(who).post("/export", json={"most": 1000, **body}).json()["rows"]

    assert {"note": id, "original": NOTE} in rows("carer", fields=["note", "original"])
    assert {row["patient"] for row in rows("pat-1", fields=["patient"])} == {"pat-1"}
    assert id not in {row["note"] for row in rows("pat-2", fields=["note", "text"])}
    without_planted(json.dumps(rows("biller", fields=["note", "text", "score", "author"])))


def test_a_patient_with_a_second_role_still_sees_only_its_own_originals(practice: Practice) -> None:
    clerk = practice.user("clerk", "patient", "billing_admin")
    own, other = keep(practice, "clerk"), keep(practice, "pat-1")
    assert clerk.post(f"/notes/{own}/restore").status_code == 200
    assert clerk.post(f"/notes/{other}/restore").status_code == 403
    assert "patient" in clerk.get(f"/notes/{own}").json()
    assert "patient" not in clerk.get(f"/notes/{other}").json()
    assert clerk.post("/export", json={"fields": ["note", "patient"]}).status_code == 403
    mine = clerk.post("/export", json={"fields": ["note", "patient"], "patient": "clerk"}).json()["rows"]
    assert mine == [{"note": own, "patient": "clerk"}]


def test_roles_are_given_and_taken_on_record(practice: Practice) -> None:
    id = keep(practice)
    admin, nurse = practice.as_user("admin"), practice.user("nurse")
    restore = f"/notes/{id}/restore"
    assert nurse.get(f"/notes/{id}").status_code == 404
    assert admin.post("/users/nurse/roles", json={"role": "care_provider"}).status_code == 201
    assert admin.post("/users/nurse/roles", json={"role": "billing_admin"}).status_code == 201
    assert nurse.get("/me").json()["roles"] == ["billing_admin", "care_provider"]
    assert nurse.post(restore).status_code == 200
    assert admin.delete("/users/nurse/roles/care_provider").status_code == 204
    assert nurse.post(restore).status_code == 403
    assert admin.post("/users/nurse/roles", json={"role": "care_provider"}).status_code == 201
    assert nurse.post(restore).status_code == 200

    history = admin.get("/users/nurse/roles").json()
    said = [(row["role"], row["assigned_by"], row["removed_by"]) for row in history]
    assert said == [("care_provider", "admin", "admin"), ("billing_admin", "admin", None), ("care_provider", "admin", None)]
    assert history[0]["assigned_at"] <= history[0]["removed_at"] <= history[2]["assigned_at"]
    for wrong, status in [("care_provider", 409), ("surgeon", 422)]:
        assert admin.post("/users/nurse/roles", json={"role": wrong}).status_code == status
    assert admin.delete("/users/nurse/roles/patient").status_code == 409
    assert admin.post("/users/nobody/roles", json={"role": "patient"}).status_code == 409

    assert admin.delete("/users/nurse").status_code == 204
    assert nurse.get("/me").status_code == 401
    assert [row["removed_by"] for row in admin.get("/users/nurse/roles").json()] == ["admin"] * 3
    assert admin.delete("/users/admin/roles/admin").status_code == 409, "somebody stays"
    assert admin.delete("/users/admin").status_code == 409
    refused = statuses(practice, lambda user: user.post("/users/nurse/roles", json={"role": "admin"}), EVERYBODY[1:])
    assert set(refused.values()) == {403}


def said_since(practice: Practice, number: int) -> list[tuple[str, str, str]]:
    """What the log has from a record on: action, outcome, who."""
    events = practice.as_user("manager").get("/audit?most=10000").json()[number:-1]
    without_planted(json.dumps(events))
    return [(event["action"], event["outcome"], event["actor"]["id"]) for event in events]


def test_every_change_of_roles_and_rubric_is_in_the_log(practice: Practice) -> None:
    admin, manager = practice.as_user("admin"), practice.as_user("manager")
    begun = len(manager.get("/audit?most=10000").json())
    practice.user("temp", "billing_admin", "patient")
    assert admin.delete("/users/temp/roles/patient").status_code == 204
    assert admin.delete("/users/temp/roles/patient").status_code == 409
    assert admin.post("/users/temp/roles", json={"role": "billing_admin"}).status_code == 409
    assert admin.delete("/users/temp").status_code == 204
    assert manager.post("/users/temp/roles", json={"role": "admin"}).status_code == 403
    done, failed = ("change_access", "success", "admin"), ("change_access", "failure", "admin")
    # The user, two roles, one taken; what did not fit; the role that was left, and the user.
    assert said_since(practice, begun) == [*([done] * 4), failed, failed, done, done, ("change_access", "refused", "manager")]

    begun = len(manager.get("/audit?most=10000").json())
    rubric = (Path(__file__).parents[4] / "core/rubrics/medicare-outpatient-therapy.yaml").read_text()
    for yaml, status in [("id: x\nAchterberg: 1", 422), (re.sub(r"version: .*", "version: 98.0.0", rubric, count=1), 200)]:
        assert manager.put("/rubric", json={"yaml": yaml}).status_code == status
    assert said_since(practice, begun) == [("change_policy", "failure", "manager"), ("change_policy", "success", "manager")]
    changed = manager.get("/audit?most=10000").json()[begun + 1]
    assert len(changed["document"]["fingerprint"]) == 64, "which rubric it was can be shown"
    assert admin.get("/audit/verify").status_code == 200


def test_every_export_is_checked_and_in_the_log(practice: Practice) -> None:
    keep(practice)
    manager = practice.as_user("manager")
    for who, body, status, expected in [
        ("biller", {"fields": ["note", "text"]}, 200, ("scrub", "success")),
        ("biller", {"fields": ["note", "author", "score"], "most": 1}, 200, ("scrub", "success")),
        # The note's own restore, and the export of which it is a row.
        ("carer", {"fields": ["original"], "most": 1}, 200, ("restore", "success")),
        ("carer", {"fields": ["patient"], "patient": "nobody"}, 200, ("restore", "success")),
        ("biller", {"fields": ["note", "patient"]}, 403, ("restore", "refused")),
        ("pat-1", {"fields": ["note", "score"]}, 403, ("restore", "refused")),
        ("carer", {"fields": ["token"]}, 403, ("restore", "refused")),
    ]:
        begun = len(manager.get("/audit?most=10000").json())
        assert practice.as_user(who).post("/export", json=body).status_code == status
        found = said_since(practice, begun)
        assert set(found) == {(*expected, who)}, body
        assert len(found) == (2 if body["fields"] == ["original"] else 1)
    begun = len(manager.get("/audit?most=10000").json())
    assert practice.as_user("pat-1").get("/statistics").status_code == 403
    assert said_since(practice, begun) == [("restore", "refused", "pat-1")]


def test_only_who_may_changes_the_rubric(practice: Practice) -> None:
    rubric = (Path(__file__).parents[4] / "core/rubrics/medicare-outpatient-therapy.yaml").read_text()
    before = practice.as_user("carer").get("/rubric").json()
    changed = re.sub(r"version: .*", "version: 99.1.0", rubric, count=1)
    assert changed != rubric
    body = {"yaml": changed}
    refused = statuses(practice, lambda user: user.put("/rubric", json=body), ("carer", "pat-1", "biller"))
    assert set(refused.values()) == {403}
    assert practice.as_user("carer").get("/rubric").json() == before
    wrong = practice.as_user("manager").put("/rubric", json={"yaml": "id: x\nAchterberg: 1"})
    assert wrong.status_code == 422
    now = practice.as_user("manager").put("/rubric", json=body)
    assert now.status_code == 200, now.text
    assert (now.json()["version"], now.json()["versions"][-1]["changed_by"]) == ("99.1.0", "manager")
    assert now.json()["hash"] != before["hash"]
    id = keep(practice)
    assert practice.as_user("carer").get(f"/notes/{id}").json()["rubric"].endswith(" 99.1.0")
    refusals = [event for event in practice.as_user("manager").get("/audit?most=10000").json() if event["action"] == "change_policy"]
    assert {event["actor"]["id"] for event in refusals if event["outcome"] == "refused"} >= {"carer", "pat-1", "biller"}


@pytest.mark.slow
def test_aggregates_are_not_over_too_few(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data", CHARTGUARD_SMALLEST_CELL="3")
    with practice.started():
        practice.user("carer", "care_provider")
        practice.user("biller", "billing_admin")
        practice.user("pat-1", "patient")
        for _ in range(2):
            keep(practice)
        (row,) = practice.as_user("biller").get("/statistics").json()["rows"]
        assert (row["notes"], row["mean_score"]) == (None, None)
        keep(practice)
        (row,) = practice.as_user("biller").get("/statistics").json()["rows"]
        assert row["notes"] == 3 and row["mean_score"] is not None
        assert practice.as_user("pat-1").get("/statistics").status_code == 403


def test_nothing_lies_about_in_the_clear(practice: Practice) -> None:
    keep(practice)
    for body in ({"patient": "Rosalind Achterberg", "text": NOTE}, {"patient": "p", "text": NOTE + "\0"}, {"patient": "p", "text": "", "Achterberg": 1}):
        wrong = practice.as_user("carer").post("/notes", json=body)
        assert wrong.status_code == 422
        without_planted(wrong.text)
    assert practice.as_user("admin").post("/backups").status_code == 201
    without_planted(practice.kept())
    for id, token in practice.tokens.items():
        assert id == "admin" or token.encode() not in practice.kept()
    assert practice.as_user("carer").get("/health").headers["cache-control"] == "no-store"
    assert "role_access_refused_total" in practice.as_user("carer").get("/metrics").text
    bare = httpx.get(practice.as_user("carer").base_url.join("/me"))
    assert bare.status_code == 401


def test_demographics_that_are_known_find_what_reads_like_a_word(practice: Practice) -> None:
    carer = practice.as_user("carer")
    body = {"patient": "pat-1", "text": "Young tolerated gait training well.", "known": {"names": ["Mary Young"]}}
    id = carer.post("/notes", json=body).json()["note"]
    assert "Young" not in carer.get(f"/notes/{id}").json()["text"]
    assert carer.post(f"/notes/{id}/restore").json()["original"] == body["text"]


@pytest.mark.parametrize(
    "damage", ["changed", "cut off", *(pytest.param(one, marks=pytest.mark.slow) for one in ("taken out", "replaced", "vault"))]
)
def test_tampering_shows(tmp_path: Path, damage: str) -> None:
    practice = Practice(tmp_path / "data")
    with practice.started():
        practice.user("carer", "care_provider")
        id = keep(practice)
        assert practice.as_user("carer").post(f"/notes/{id}/restore").status_code == 200
        assert practice.as_user("admin").post(f"/notes/{id}/restore").status_code == 403
        found = practice.as_user("admin").get("/audit/verify")
        assert found.status_code == 200 and found.json()["audit"]["records"] >= 3

        path = practice.data / "audit.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        if damage == "changed":
            at = next(number for number, line in enumerate(lines) if b"carer" in line)
            lines[at] = lines[at].replace(b"carer", b"other")
        elif damage == "taken out":
            del lines[1]
        elif damage == "cut off":
            del lines[-1]
        elif damage == "vault":
            vault = practice.data / "notes.vault"
            data = bytearray(vault.read_bytes())
            data[-20] ^= 1
            vault.write_bytes(data)
        if damage != "replaced":
            path.write_bytes(b"".join(lines))
            found = practice.as_user("admin").get("/audit/verify")
            assert found.status_code == 409
            part = found.json()["vault" if damage == "vault" else "audit"]
            assert not part["intact"] and part["why"]
    if damage == "replaced":
        # Another log, whole in itself and under the right key.
        other = Practice(tmp_path / "other", CHARTGUARD_AUDIT_KEY_FILE=str(practice.data / "audit.key"))
        with other.started():
            for _ in range(len(lines) + 1):
                assert other.as_user("admin").post("/notes", json={"patient": "p", "text": "x"}).status_code == 403
        shutil.copy(other.data / "audit.jsonl", path)
        assert "the log was replaced" in practice.command("verify", status=1)


@pytest.mark.slow
def test_a_note_survives_a_kill(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data")
    with practice.started():
        practice.user("carer", "care_provider")
        kept = [keep(practice, text=f"{NOTE}Visit {number}.\n") for number in range(10)]
        assert practice.server is not None
        practice.server.kill()
    with practice.started():
        carer = practice.as_user("carer")
        for number, id in enumerate(kept):
            assert carer.post(f"/notes/{id}/restore").json()["original"] == f"{NOTE}Visit {number}.\n"
        assert practice.as_user("admin").get("/audit/verify").status_code == 200


def back_and_forth(practice: Practice) -> None:
    """Make a backup, change everything, and put it back."""
    with practice.started():
        practice.user("carer", "care_provider")
        first = keep(practice)
        backup = practice.as_user("admin").post("/backups").json()
        assert [one["id"] for one in practice.as_user("admin").get("/backups").json()] == [backup["id"]]
        second = keep(practice)
        practice.user("late", "care_provider")
        practice.as_user("admin").delete("/users/carer/roles/care_provider")
        assert "another process" in practice.command("rollback", backup["id"], status=2)
    assert "no backup of this id" in practice.command("rollback", "../../etc", status=2)
    before = practice.command("rollback", backup["id"]).split()[-1]
    with practice.started():
        carer = practice.as_user("carer")
        assert carer.post(f"/notes/{first}/restore").json()["original"] == NOTE
        assert carer.get(f"/notes/{second}").status_code == 404
        assert practice.as_user("late").get("/me").status_code == 401
        assert practice.as_user("admin").get("/audit/verify").status_code == 200
        events = practice.as_user("admin").get("/audit").json()
        put_back = {event["action"] for event in events if event["actor"]["id"] == "command line"}
        assert put_back == {"change_access", "change_policy"}
        # Ids go on behind those that were put back.
        practice.user("later", "care_provider")
    practice.command("rollback", before)
    with practice.started():
        assert practice.as_user("late").post(f"/notes/{second}/restore").json()["original"] == NOTE
        assert practice.as_user("carer").post(f"/notes/{second}/restore").status_code == 404


@pytest.mark.slow
def test_backup_and_rollback(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data")
    back_and_forth(practice)
    id = practice.command("backup").split()[-1]
    # A vault that was lost comes back too.
    (practice.data / "notes.vault").unlink()
    practice.command("rollback", id)
    assert '"intact": false' not in practice.command("verify")
    table = practice.data / "backups" / id / "tables.jsonl"
    table.write_bytes(table.read_bytes().replace(b"carer", b"other"))
    assert "was changed or is missing" in practice.command("rollback", id, status=2)


@pytest.mark.postgres
def test_postgresql_holds_the_same(tmp_path: Path) -> None:
    with postgres() as url:
        back_and_forth(Practice(tmp_path / "data", DATABASE_URL=url))


def test_what_got_into_the_table_of_safe_texts_does_not_leave(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    out = Outbound(chartguard.Scrubber(), 11, chartguard.AuditLog(log))

    def check(role: str, **row: str) -> dict[str, Any]:
        ended = {"removed_by": None, "removed_at": None}
        who = rules("u", [{"actor": "u", "role": role, "assigned_by": "admin", "assigned_at": "2024-01-08T09:00:00Z", **ended}])
        return out.check(row, who, who.every)

    row = check("billing_admin", note="1", text=NOTE)
    assert row["note"] == "1" and "Knee pain" in row["text"]
    without_planted(row["text"])
    with pytest.raises(Withheld, match="class ephi"):
        check("billing_admin", note="1", original=NOTE)
    with pytest.raises(Withheld, match="no field 'token'"):
        check("care_provider", token="1")
    assert [(event["outcome"], event["actor"]["roles"]) for event in chartguard.AuditLog.events(log)] == [
        ("refused", ["billing_admin"]),
        ("refused", ["care_provider"]),
    ]


def test_bench_and_settings(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data")
    assert "the service's check" in practice.command("bench", "50")
    practice.env["CHARTGUARD_RUBRICS"] = "x"
    assert "did you mean CHARTGUARD_RUBRIC?" in practice.command("backups", status=2)


def test_the_readme_has_every_setting() -> None:
    assert table(Settings) in (Path(__file__).parents[1] / "README.md").read_text()
