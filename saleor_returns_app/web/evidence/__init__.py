"""Photos and videos over HTTP: taken in by forms of all three audiences, shown by short-lived signed links."""

from .links import link_to as link_to
from .serving import blueprint as blueprint
from .shown import Shown as Shown
from .shown import shown as shown
from .uploads import EvidenceRequest as EvidenceRequest
from .uploads import allow_uploads as allow_uploads
from .uploads import uploads_in as uploads_in
