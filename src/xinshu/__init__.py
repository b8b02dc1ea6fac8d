"""Xinshu 信枢: an open public credit information platform. Start with docs/ARCHITECTURE.md."""
