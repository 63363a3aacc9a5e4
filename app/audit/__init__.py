"""The audit log: who did what and when, encrypted, and so chained that a change to it is found.

Must not know what the events mean, nor hold a name or a word of a document unless its caller hands one over.
"""

from app.audit.head import HEAD
from app.audit.log import DAMAGED, LOG, REPAIRED, Audit

__all__ = ["DAMAGED", "HEAD", "LOG", "REPAIRED", "Audit"]
