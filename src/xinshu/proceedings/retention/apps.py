"""Django's name for this room."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """The room `retention`."""

    name = "xinshu.proceedings.retention"
    label = "retention"
    verbose_name = "retention 保存与删除"
