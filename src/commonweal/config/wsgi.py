"""The door a web server opens."""

import os

from django.core.wsgi import get_wsgi_application

from commonweal.kernel import tied

# The secrets of this process are in its environment; what it starts to read a file from outside runs as the same user.
tied.keep_to_itself()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
application = get_wsgi_application()
