# dmnroute with the document intake: router and workers are the same image.
FROM python:3.12-slim
WORKDIR /app
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY src src
COPY workers workers
COPY dmn dmn
COPY bpmn bpmn
RUN pip install --no-cache-dir '.[api,postgres,demo]'
USER nobody
WORKDIR /project
ENTRYPOINT ["dmnroute"]
