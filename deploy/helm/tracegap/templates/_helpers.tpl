{{/* Name of everything that the release has. */}}
{{- define "tracegap.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects the release's pods; it cannot change. */}}
{{- define "tracegap.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tracegap.labels" -}}
{{ include "tracegap.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "tracegap.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "tracegap.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name: name the service account that is there, or set serviceAccount.create" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "tracegap.tokens" -}}
{{- default (printf "%s-tokens" (include "tracegap.fullname" .)) .Values.tokens.secretName -}}
{{- end -}}

{{/* The program's JSON file. */}}
{{- define "tracegap.config" -}}
{{ dict "TraceGap" .Values.config | toPrettyJson }}
{{- end -}}
