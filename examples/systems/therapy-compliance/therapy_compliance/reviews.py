"""What reviewers say of findings, and how well the confidence of findings agrees with it."""

from typing import Any

from shared.database import now
from sqlalchemy import select

from .database import Database, reviews

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class Reviews:
    """The reviews of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def say(self, analysis: str, criterion: str, confidence: float, says: str, reviewer: str) -> None:
        """Keep that a reviewer confirms or disputes a finding, in place of what they said before."""
        key = ("analysis", "criterion", "reviewer")
        row = {"analysis": analysis, "criterion": criterion, "confidence": confidence, "says": says, "reviewer": reviewer, "at": now()}
        self._database.put(reviews, key, row)

    def of(self, analysis: str) -> list[dict[str, Any]]:
        wanted = select(reviews.c.criterion, reviews.c.says, reviews.c.reviewer, reviews.c.at)
        return self._database.rows(wanted.where(reviews.c.analysis == analysis).order_by(reviews.c.number))

    def calibration(self) -> dict[str, Any]:
        """How often findings were confirmed, by how sure they were; the error is the mean difference of both, by count."""
        said = self._database.rows(select(reviews.c.confidence, reviews.c.says))
        bins: list[dict[str, Any]] = []
        for low, high in zip(EDGES, EDGES[1:], strict=False):
            inside = [one for one in said if low <= one["confidence"] < high or one["confidence"] == high == EDGES[-1]]
            count = len(inside)
            bins.append(
                {
                    "from": low,
                    "to": high,
                    "reviews": count,
                    "confidence": round(sum(one["confidence"] for one in inside) / count, 4) if count else None,
                    "confirmed": round(sum(one["says"] == "confirm" for one in inside) / count, 4) if count else None,
                }
            )
        off = sum(one["reviews"] * abs(one["confidence"] - one["confirmed"]) for one in bins if one["reviews"])
        return {"reviews": len(said), "expected_calibration_error": round(off / len(said), 4) if said else None, "bins": bins}
